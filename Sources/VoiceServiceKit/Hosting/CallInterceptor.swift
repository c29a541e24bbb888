internal import Logging
internal import VoiceRPC

/// What every call passes: the trace is taken over or begun, errors become the wire's, the end is logged.
struct CallInterceptor: ServerInterceptor {
  let log: Logger

  func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
    let incoming = context.metadata.all(TraceContext.header).first.flatMap { TraceContext(header: $0) }
    try await TraceContext.$current.withValue(incoming?.child() ?? TraceContext()) {
      let begin = ContinuousClock.now
      do {
        try await next()
        logEnd(of: context, since: begin, nil)
      } catch {
        let answer = RPCError(answering: error, deadline: context.deadline)
        logEnd(of: context, since: begin, answer)
        throw answer
      }
    }
  }

  private func logEnd(of context: ServerContext, since begin: ContinuousClock.Instant, _ error: RPCError?) {
    let level: Logger.Level =
      switch error?.code {
      case nil: Self.isProbe(context.method) ? .trace : .info
      case .internalError?, .unknown?, .dataLoss?: .error
      default: .info
      }
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
