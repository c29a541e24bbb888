/// `optimizer_conf`: how the parameters are changed.
package struct OptimizerConfiguration: Sendable, Hashable {
  /// The optimisers, by PyTorch's names.
  package enum Name: String, Sendable, Hashable, CaseIterable {
    case adam = "Adam"
    case adamW = "AdamW"
    case sgd = "SGD"
  }

  /// The schedules of the learning rate, by mvector's and PyTorch's names; a step is a batch, as in mvector.
  package enum Scheduler: Sendable, Hashable {
    /// `WarmupCosineSchedulerLR`; without `fixEpoch` it ends with the training.
    case warmupCosine(minimum: Double, maximum: Double, warmupEpochs: Int, fixEpoch: Int?)
    /// `CosineAnnealingLR`; without a period it is that of mvector, 1.2 times the training.
    case cosineAnnealing(minimum: Double, period: Int?)
    /// `StepLR`.
    case step(period: Int, factor: Double)
    /// `ExponentialLR`.
    case exponential(factor: Double)
    /// `ReduceLROnPlateau`; evaluations are measured by their EER.
    case reduceOnPlateau(factor: Double, patience: Int, threshold: Double, cooldown: Int, minimum: Double)
  }

  fileprivate enum SchedulerName: String, CaseIterable {
    case warmupCosine = "WarmupCosineSchedulerLR"
    case cosineAnnealing = "CosineAnnealingLR"
    case step = "StepLR"
    case exponential = "ExponentialLR"
    case reduceOnPlateau = "ReduceLROnPlateau"
  }

  /// Which optimiser.
  package var name: Name
  /// Learning rate.
  package var learningRate: Double
  /// Weight decay.
  package var weightDecay: Double
  /// Momentum, of SGD only.
  package var momentum: Double
  /// How much of a gradient does not enter the momentum, of SGD only.
  package var dampening: Double
  /// Whether the momentum is Nesterov's.
  package var isNesterov: Bool
  /// How slowly the two averages of Adam and AdamW move.
  package var betas: [Double]
  /// What Adam and AdamW add to the root of the second average.
  package var epsilon: Double
  /// How the learning rate changes.
  package var scheduler: Scheduler

  init(_ node: ConfigurationNode) {
    name = node.choice("optimizer", default: .adam)
    let positive = 0...Double.greatestFiniteMagnitude
    (betas, epsilon) = ([0.9, 0.999], 1e-8)
    // mvector 1.1 hands `optimizer_args` to PyTorch as they are: what is missing there has PyTorch's default.
    let arguments = node.optionalMap("optimizer_args")
    let place = arguments ?? node
    let decay = arguments == nil ? 1e-5 : name == .adamW ? 0.01 : 0
    learningRate = place.double(arguments == nil ? "learning_rate" : "lr", default: 0.001, in: positive)
    weightDecay = place.double("weight_decay", default: decay, in: positive)
    if arguments == nil || name == .sgd {
      momentum = place.double("momentum", default: arguments == nil ? 0.9 : 0, in: 0...1)
      isNesterov = place.bool("nesterov", default: false)
    } else {
      (momentum, isNesterov) = (0, false)
    }
    dampening = arguments != nil && name == .sgd ? place.double("dampening", default: 0, in: 0...1) : 0
    if isNesterov, name != .sgd || momentum == 0 || dampening != 0 {
      place.report("nesterov", "needs SGD with a momentum, and no dampening")
    }
    let scheduler: SchedulerName = node.choice("scheduler", default: .warmupCosine)
    self.scheduler = Scheduler(scheduler, node.map("scheduler_args"), learningRate: learningRate)
    if let arguments, name != .sgd { readAdam(arguments) }
  }

  /// What only mvector 1.1 lets a file say.
  private mutating func readAdam(_ arguments: ConfigurationNode) {
    epsilon = arguments.double("eps", default: epsilon, in: 0...1)
    guard arguments.has("betas") else { return }
    let given = arguments.value("betas")
    if case .list(let values) = given, values.count == 2 {
      let numbers = values.compactMap(\.double).filter { (0..<1).contains($0) }
      if numbers.count == 2 { return betas = numbers }
    }
    arguments.report("betas", "is \(given.text), not two numbers from 0 to below 1")
  }
}

extension OptimizerConfiguration.Scheduler {
  fileprivate init(
    _ name: OptimizerConfiguration.SchedulerName, _ node: ConfigurationNode, learningRate: Double
  ) {
    let epochs = 0...1_000_000
    let positive = 0...Double.greatestFiniteMagnitude
    switch name {
    case .warmupCosine:
      let low = node.double("min_lr", default: 1e-5, in: positive)
      let high = node.double("max_lr", default: learningRate, in: positive)
      if low > high { node.report("min_lr", "is \(low), more than max_lr, which is \(high)") }
      self = .warmupCosine(
        minimum: low, maximum: high, warmupEpochs: node.int("warmup_epoch", default: 5, in: epochs),
        fixEpoch: node.optionalInt("fix_epoch", in: epochs))
    case .cosineAnnealing:
      self = .cosineAnnealing(
        minimum: node.double("eta_min", default: 0, in: positive),
        period: node.optionalInt("T_max", in: 1...1_000_000_000))
    case .step:
      self = .step(
        period: node.int("step_size", in: 1...1_000_000_000), factor: node.double("gamma", default: 0.1, in: 0...1))
    case .exponential:
      self = .exponential(factor: node.double("gamma", in: 0...1))
    case .reduceOnPlateau:
      self = .reduceOnPlateau(
        factor: node.double("factor", default: 0.1, in: 0...0.999_999),
        patience: node.int("patience", default: 10, in: epochs),
        threshold: node.double("threshold", default: 1e-4, in: 0...1),
        cooldown: node.int("cooldown", default: 0, in: epochs),
        minimum: node.double("min_lr", default: 0, in: positive))
    }
  }
}
