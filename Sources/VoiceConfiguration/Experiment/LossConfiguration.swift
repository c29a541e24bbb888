/// `loss_conf`.
package struct LossConfiguration: Sendable, Hashable {
  /// Class of the loss, e.g. `AAMLoss`.
  package var name: String
  /// Its keyword arguments, e.g. `margin`; the loss checks them.
  package var arguments: [String: ConfigurationValue]
  /// Whether the margin grows during training.
  package var useMarginScheduler: Bool
  /// How it grows, e.g. `initial_margin`; the scheduler checks them.
  package var marginSchedulerArguments: [String: ConfigurationValue]

  init(_ node: ConfigurationNode) {
    if node.has("loss"), node.optionalString("use_loss") != nil {
      node.report("loss", "says the same as use_loss: the spellings of mvector 1.0 and 1.1 must not be mixed")
    }
    if node.has("loss") {
      name = node.string("loss")
      arguments = node.values("loss_args")
    } else {
      name = node.string("use_loss", default: "AAMLoss")
      arguments = node.values("args")
    }
    useMarginScheduler = node.bool("use_margin_scheduler", default: false)
    marginSchedulerArguments = node.values("margin_scheduler_args")
  }
}
