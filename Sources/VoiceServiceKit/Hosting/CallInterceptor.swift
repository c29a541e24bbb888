internal import Logging
internal import VoiceRPC
internal import VoiceRecognition

/// What every call passes: the trace is taken over or begun, errors become the wire's, the end is logged and counted.
struct CallInterceptor: ServerInterceptor {
  let log: Logger
  let metrics: CallMetrics
  /// Nil where traces are passed on and not recorded.
  var tracer: Tracer?
  /// Whose word is taken for who calls.
  var callers = CallerSource.metadata

  func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
    let caller = context.metadata.all(TraceContext.header).first.flatMap { TraceContext(header: $0) }
    let trace = Tracer.context(after: caller, by: tracer)
    let isTraced = !Self.isProbe(context.method)
    let span = isTraced ? tracer?.begin(call: context.method, trace, parent: caller, .server) : nil
    try await Tracer.$current.withValue(isTraced ? tracer : nil) {
      try await TraceContext.$current.withValue(trace) {
        let caller = Caller(
          context.metadata, peer: context.peer, identity: context.spiffeID, from: callers)
        try await Caller.$current.withValue(caller) { try await handle(context, span, next) }
      }
    }
  }

  private func handle(_ context: ServerContext, _ span: Span?, _ next: () async throws -> Void) async throws {
    let begin = ContinuousClock.now
    metrics.begin(context.method)
    defer { metrics.end(context.method) }
    do {
      try await next()
      end(of: context, span, since: begin, nil)
    } catch {
      let answer = RPCError(answering: error, deadline: context.deadline)
      end(of: context, span, since: begin, answer)
      throw answer
    }
  }

  private func end(
    of context: ServerContext, _ span: Span?, since begin: ContinuousClock.Instant, _ error: RPCError?
  ) {
    let code = error?.code ?? .ok
    metrics.ended(context.method, code, since: begin)
    span?.end(code)
    logEnd(of: context, since: begin, error)
  }

  private func logEnd(of context: ServerContext, since begin: ContinuousClock.Instant, _ error: RPCError?) {
    let level: Logger.Level =
      switch error?.code {
      case nil: Self.isProbe(context.method) ? .trace : .info
      case .internalError?, .unknown?, .dataLoss?: .error
      default: .info
      }
    guard log.logLevel <= level else { return }
    let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
    var metadata: Logger.Metadata = [
      "milliseconds": "\((milliseconds * 1000).rounded() / 1000)", "code": "\(error?.code ?? .ok)",
      "peer": "\(context.peer)",
    ]
    if let error { metadata["error"] = "\(error)" }
    log.log(level: level, "call", metadata: metadata)
  }

  /// Health checks come every few seconds from everyone who balances load.
  private static func isProbe(_ method: String) -> Bool { method.hasPrefix("/grpc.health.") }
}
