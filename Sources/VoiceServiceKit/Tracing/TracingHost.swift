package import Logging

/// The tracer of a process with the task that sends its spans.
package struct TracingHost: Sendable {
  /// Nil where no collector is set.
  package let tracer: Tracer?
  private let sending: Task<Void, Never>?

  /// Begins to send where a collector is set. Throws `ServiceExit.configuration` for a target that cannot be.
  package static func start(_ settings: TracingSettings, service: String, log: Logger) throws -> TracingHost {
    guard let endpoint = settings.endpoint else { return TracingHost(tracer: nil, sending: nil) }
    do {
      let tracer = try Tracer(endpoint: endpoint, sampleRatio: settings.sampleRatio, service: service, log: log)
      tracer.tell(in: .shared)
      log.notice("sending traces", metadata: ["endpoint": "\(endpoint)", "ratio": "\(settings.sampleRatio)"])
      return TracingHost(tracer: tracer, sending: Task { await tracer.run() })
    } catch {
      log.critical("traces cannot be sent", metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
      throw ServiceExit.configuration
    }
  }

  /// Sends what is left and ends.
  package func stop() async {
    sending?.cancel()
    await sending?.value
  }
}
