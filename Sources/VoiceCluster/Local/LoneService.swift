/// One service that is a process of its own, outside of any cluster: what benchmarks measure.
package struct LoneService: Sendable {
  /// The process.
  package let process: ChildProcess
  /// Where it listens, `127.0.0.1:port`.
  package let target: String
  /// From the start of the process until it said that it serves.
  package let startTime: Duration

  /// Starts a service with `settings` over its configuration, on loopback and a free port, and returns when it serves.
  ///
  /// What it says goes to the file `log`. Throws ``ClusterError`` when it does not serve in time.
  package static func start(
    _ service: ServiceKind, settings: [String] = [], log: String, installation: Installation,
    patience: Duration = .seconds(30)
  ) async throws -> LoneService {
    let command = try installation.command(
      service, settings: ["listen.address=127.0.0.1", "listen.port=0"] + settings, log: log)
    let begin = ContinuousClock.now
    // The process must not outlive the benchmark, however that ends.
    let process = try await ChildProcess.start(command.throughSetpriv(endingWithParent: true))
    do {
      let port = try await LogFollower.line(of: process, log: log, after: 0, patience: patience) { line in
        line.hasPrefix("LISTENING ") ? Int(line.dropFirst("LISTENING ".count)) : nil
      }
      let target = "127.0.0.1:\(port)"
      try await HealthProbe.awaitServing(target, patience: patience)
      return LoneService(process: process, target: target, startTime: ContinuousClock.now - begin)
    } catch {
      await process.end(within: .seconds(5))
      throw error
    }
  }

  /// Ends the process gently.
  package func end() async { await process.end(within: .seconds(10)) }
}
