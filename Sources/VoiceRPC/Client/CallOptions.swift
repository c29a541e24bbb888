/// How one call is made.
package struct CallOptions: Sendable {
  /// What goes along with the call.
  package var metadata: Metadata
  /// Until when it may take.
  package var deadline: Deadline
  /// Whether the call waits for a connection instead of failing with `UNAVAILABLE` when there is none.
  package var waitsForReady: Bool

  /// Options of a call.
  package init(metadata: Metadata = [:], deadline: Deadline = .never, waitsForReady: Bool = false) {
    self.metadata = metadata
    self.deadline = deadline
    self.waitsForReady = waitsForReady
  }

  /// Options of a call that is made while `context` is served: it ends with the caller's deadline, or after `timeout`
  /// if that is earlier, and takes along what the caller sent under `keys`.
  ///
  /// Cancellation needs nothing: a handler's task is cancelled with its call, and a call with the task that awaits it.
  package static func inheriting(
    _ keys: [String] = [], timeout: Duration? = nil, from context: CallContext? = .current
  ) -> CallOptions {
    var options = CallOptions()
    options.deadline = min(context?.deadline ?? .never, timeout.map(Deadline.after) ?? .never)
    for key in keys {
      for entry in context?.metadata.entries ?? [] where entry.key == key.lowercased() {
        options.metadata.append(key: entry.key, value: entry.value)
      }
    }
    return options
  }
}
