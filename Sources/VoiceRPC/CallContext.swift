/// The call that the current task serves, for code that calls on to other services.
package struct CallContext: Sendable {
  /// Path of the method, as "/voiceprint.gateway.v1.GatewayService/Identify".
  package let method: String
  /// What the caller sent along.
  package let metadata: Metadata
  /// Until when the caller waits.
  package let deadline: Deadline

  /// A context made by hand, e.g. for work that no call began.
  package init(method: String, metadata: Metadata = [:], deadline: Deadline = .never) {
    self.method = method
    self.metadata = metadata
    self.deadline = deadline
  }

  /// The call that this task or the one that made it serves; nil outside a call.
  @TaskLocal package static var current: CallContext?
}
