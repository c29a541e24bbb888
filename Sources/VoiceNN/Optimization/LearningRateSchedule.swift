internal import Glibc

/// How the learning rate changes; PyTorch's schedules and mvector's warm-up, as functions of the steps taken.
package enum LearningRateSchedule: Sendable, Hashable {
  /// mvector: linearly from `min` to `max` in the warm-up, then along a cosine to `min`. The first step of all runs
  /// with the optimiser's own rate, because mvector's constructor does not set it.
  case warmupCosine(minimum: Double, maximum: Double, warmupSteps: Int, lastStep: Int)
  /// Along a cosine from the own rate to `min` in `period` steps, and back.
  case cosineAnnealing(minimum: Double, period: Int)
  /// Times `factor` every `period` steps.
  case step(period: Int, factor: Double)
  /// Times `factor` every step.
  case exponential(factor: Double)
  /// Times `factor` when a measure has not become better for more than `patience` evaluations.
  case reduceOnPlateau(factor: Double, patience: Int, threshold: Double, cooldown: Int, minimum: Double)
  /// As it is.
  case constant

  /// The rate of a step, counted from 0, where `base` is the optimiser's own; of a plateau schedule `reductions` tell.
  package func rate(step: Int, base: Double, reductions: Int = 0) -> Double {
    switch self {
    case .warmupCosine(let low, let high, let warmup, let last):
      if step == 0 { return base }
      let k = step - 1
      if k < warmup { return low + (high - low) * Double(k) / Double(warmup) }
      if k >= last { return low }
      return low + 0.5 * (high - low) * (1 + cos(.pi * Double(k - warmup) / Double(last - warmup)))
    case .cosineAnnealing(let low, let period):
      return low + (base - low) * (1 + cos(.pi * Double(step) / Double(period))) / 2
    case .step(let period, let factor): return base * pow(factor, Double(step / period))
    case .exponential(let factor): return base * pow(factor, Double(step))
    case .reduceOnPlateau(let factor, _, _, _, let low):
      // Rates that are all but equal count as reduced to the least.
      return (0..<reductions).reduce(base) { rate, _ in max(rate * factor, low) }
    case .constant: return base
    }
  }
}

/// What a plateau schedule remembers (PyTorch's `ReduceLROnPlateau`, mode `min`, relative threshold).
package struct PlateauState: Sendable, Hashable, Codable {
  /// The best measure; nil before the first.
  package private(set) var best: Double?
  /// Evaluations since then.
  package private(set) var badCount = 0
  /// Evaluations that are not counted yet.
  package private(set) var cooling = 0
  /// How often the rate was reduced.
  package private(set) var reductions = 0

  /// Nothing was measured.
  package init() {}

  /// Takes note of a measure, the less the better.
  package mutating func observe(_ measure: Double, _ schedule: LearningRateSchedule) {
    guard case .reduceOnPlateau(_, let patience, let threshold, let cooldown, _) = schedule else { return }
    if measure < (best ?? .infinity) * (1 - threshold) {
      best = measure
      badCount = 0
    } else {
      badCount += 1
    }
    if cooling > 0 {
      cooling -= 1
      badCount = 0
    }
    if badCount > patience {
      reductions += 1
      cooling = cooldown
      badCount = 0
    }
  }
}
