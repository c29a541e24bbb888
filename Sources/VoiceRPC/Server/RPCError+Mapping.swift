extension RPCError {
  /// The status that a caller gets for what a handler threw.
  ///
  /// An `RPCError` is itself; cancellation is `CANCELLED`, or `DEADLINE_EXCEEDED` when the time was up; anything else
  /// is `INTERNAL` without a word about what it was, which stays in `cause`.
  package init(thrown error: any Error, deadline: Deadline) {
    switch error {
    case let error as RPCError: self = error
    case is CancellationError where deadline.hasPassed:
      self.init(.deadlineExceeded, "the deadline passed while the call was served")
    case is CancellationError: self.init(.cancelled, "the call was cancelled")
    default: self.init(.internalError, "internal error", cause: error)
    }
  }
}
