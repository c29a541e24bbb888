internal import VoiceRPC

/// A call to another service, counted and recorded in the trace of the call that is being handled.
struct OutgoingCall: Sendable {
  /// What goes along with the call.
  let context: TraceContext?
  private let path: String
  private let begin = ContinuousClock.now
  private let span: Span?

  /// A call that begins now.
  init(_ path: String) {
    self.path = path
    let caller = TraceContext.current
    // Without a span of its own it is part of the caller's.
    guard let caller, let tracer = Tracer.current else {
      (context, span) = (caller, nil)
      return
    }
    let own = caller.child()
    (context, span) = (own, tracer.begin(call: path, own, parent: caller, .client))
  }

  /// It ended with a code.
  func end(_ code: StatusCode) {
    CallMetrics.client.ended(path, code, since: begin)
    span?.end(code)
  }
}
