internal import Logging
internal import VoiceRPC
internal import VoiceRecognition

/// What every call passes: the trace is taken over or begun, domain errors become the wire's, the end is logged.
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
        let mapped = Self.map(error)
        logEnd(of: context, since: begin, mapped)
        throw mapped
      }
    }
  }

  private static func map(_ error: any Error) -> any Error {
    switch error {
    case let error as RecognitionError: RPCError(error)
    default: error
    }
  }

  private func logEnd(of context: ServerContext, since begin: ContinuousClock.Instant, _ error: (any Error)?) {
    let level: Logger.Level =
      switch error {
      case nil: Self.isProbe(context.method) ? .trace : .info
      case is CancellationError: .info
      case let error as RPCError where !Self.ourFaults.contains(error.code): .info
      default: .error
      }
    let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
    var metadata: Logger.Metadata = [
      "method": "\(context.method)", "milliseconds": "\((milliseconds * 1000).rounded() / 1000)",
      "code": "\((error as? RPCError)?.code ?? (error == nil ? .ok : error is CancellationError ? .cancelled : .internalError))",
    ]
    if let error { metadata["error"] = "\(error)" }
    log.log(level: level, "call", metadata: metadata)
  }

  private static let ourFaults: Set<StatusCode> = [.internalError, .unknown, .dataLoss]

  /// Health checks come every few seconds from everyone who balances load.
  private static func isProbe(_ method: String) -> Bool { method.hasPrefix("/grpc.health.") }
}
