internal import Glibc

/// Lets the margin grow during training (wespeaker's and mvector's `MarginScheduler`).
///
/// Before step S₀ it is the initial one, from S₁ on the final one; between, it has grown by the share
/// 1 − (1e-3 / (1 + 1e-6))^((step − S₀) / (S₁ − S₀)), or linearly.
package struct MarginScheduler: Sendable, Hashable {
  /// How the margin grows.
  package enum Growth: String, Sendable, Hashable, CaseIterable {
    case exponential = "exp"
    case linear
  }

  /// Margin at the beginning.
  package let initial: Double
  /// Margin at the end.
  package let final: Double
  /// Steps until it begins to grow, S₀.
  package let firstStep: Int
  /// Steps until it has grown, S₁.
  package let lastStep: Int
  /// How it grows.
  package let growth: Growth

  /// A schedule by epochs of so many steps.
  package init(
    initial: Double = 0, final: Double, startEpoch: Int, fixEpoch: Int, stepsPerEpoch: Int,
    growth: Growth = .exponential
  ) {
    self.initial = initial
    self.final = final
    firstStep = startEpoch * stepsPerEpoch
    lastStep = fixEpoch * stepsPerEpoch
    self.growth = growth
  }

  /// The margin in force during a training step, counted from 0: mvector sets it after each step, so it lags by one.
  package func margin(duringStep step: Int) -> Double { step == 0 ? initial : value(step - 1) }

  private func value(_ step: Int) -> Double {
    if step < firstStep { return initial }
    if step >= lastStep { return final }
    let share = Double(step - firstStep) / Double(lastStep - firstStep)
    let ratio = growth == .linear ? share : 1 - pow(1e-3 / (1 + 1e-6), share)
    return initial + (final - initial) * ratio
  }
}
