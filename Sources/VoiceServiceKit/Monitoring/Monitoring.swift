internal import Glibc
package import Logging

/// The monitoring address of a process, from its beginning through its drain to its end.
package struct Monitoring: Sendable {
  private let server: MonitoringServer?

  /// Answers at once, and prints `METRICS <port>` on standard output; does nothing where no port is set.
  ///
  /// Throws `ServiceExit.unavailable` when the address is not to be had.
  package static func start(_ settings: MonitoringSettings, log: Logger) throws -> Monitoring {
    guard let port = settings.port else { return Monitoring(server: nil) }
    do {
      let server = try MonitoringServer(address: settings.address, port: port, registry: .shared)
      server.start()
      let line = Array("METRICS \(server.port)\n".utf8)
      _ = write(STDOUT_FILENO, line, line.count)
      log.notice("telling metrics", metadata: ["address": "\(settings.address)", "port": "\(server.port)"])
      return Monitoring(server: server)
    } catch {
      log.critical("cannot tell metrics", metadata: ["error": "\(error)"])
      throw ServiceExit.unavailable
    }
  }

  /// Ends it.
  package func stop() async { await server?.stop() }
}
