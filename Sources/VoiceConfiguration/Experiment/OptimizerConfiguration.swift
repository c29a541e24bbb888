/// `optimizer_conf`.
package struct OptimizerConfiguration: Sendable, Hashable {
  /// `Adam`, `AdamW` or `SGD`.
  package var name: String
  /// Learning rate.
  package var learningRate: Double
  /// Weight decay.
  package var weightDecay: Double
  /// Momentum, of SGD only.
  package var momentum: Double
  /// Class of the schedule of the learning rate.
  package var scheduler: String
  /// Its keyword arguments, e.g. `warmup_epoch`; the schedule checks them.
  package var schedulerArguments: [String: ConfigurationValue]

  init(_ node: ConfigurationNode) {
    name = node.string("optimizer", default: "Adam")
    let positive = 0...Double.greatestFiniteMagnitude
    if let arguments = node.optionalMap("optimizer_args") {
      learningRate = arguments.double("lr", default: 0.001, in: positive)
      weightDecay = arguments.double("weight_decay", default: 1e-5, in: positive)
      momentum = arguments.double("momentum", default: 0.9, in: 0...1)
    } else {
      learningRate = node.double("learning_rate", default: 0.001, in: positive)
      weightDecay = node.double("weight_decay", default: 1e-5, in: positive)
      momentum = node.double("momentum", default: 0.9, in: 0...1)
    }
    scheduler = node.string("scheduler", default: "WarmupCosineSchedulerLR")
    schedulerArguments = node.values("scheduler_args")
  }
}
