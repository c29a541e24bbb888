/// How a cluster is, process by process.
package struct ClusterStatus: Sendable, Hashable, Codable {
  /// How one process is.
  package struct Process: Sendable, Hashable, Codable {
    /// What it is.
    package let service: ServiceKind
    /// Which of several, from 0.
    package let index: Int
    /// Its process number.
    package let pid: Int32
    /// The TCP port it listens on; PostgreSQL has none.
    package let port: Int?
    /// `SERVING`, `NOT_SERVING`, `UNREACHABLE`, or `ENDED` for a process that is no more.
    package let health: String
    /// How long it has run, in seconds.
    package let uptimeSeconds: Double?
    /// The epochs that an embedding service can use.
    package let epochs: [String]?
    /// The TCP port that it tells its metrics on, when it does.
    package let metricsPort: Int?
    /// What it says of itself, when it was asked.
    package var load: ReplicaLoad?
    /// The file with its output.
    package let log: String

    enum CodingKeys: String, CodingKey {
      case service, index, pid, port, health
      case uptimeSeconds = "uptime_seconds"
      case epochs
      case metricsPort = "metrics_port"
      case load, log
    }
  }

  /// The folder of the cluster.
  package let state: String
  /// `host:port` of the gateway, when there is one.
  package let gateway: String?
  /// Where a browser finds the web console, when there is one.
  package let console: String?
  /// What libpq needs to connect to the database; nil when nothing runs.
  package let database: String?
  /// The processes by kind, those that start first in front; empty when nothing runs.
  package var processes: [Process]

  /// Whether there is a cluster and all of it serves.
  package var isServing: Bool { !processes.isEmpty && processes.allSatisfy { $0.health == "SERVING" } }
}

extension LocalCluster {
  /// Asks every process how it is, all at the same time. Throws `badFolder` for a record that is damaged.
  package func status() async throws -> ClusterStatus {
    guard let record = try record() else {
      return ClusterStatus(state: state.path, gateway: nil, console: nil, database: nil, processes: [])
    }
    let processes = await withTaskGroup(of: (Int, ClusterStatus.Process).self) { group in
      for (place, process) in record.processes.enumerated() {
        group.addTask { (place, await status(of: process, in: record)) }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
    let gateway = record.processes(of: .gateway).first?.port.map { "127.0.0.1:\($0)" }
    let console = record.processes(of: .console).first?.port.map { "http://127.0.0.1:\($0)" }
    return ClusterStatus(
      state: state.path, gateway: gateway, console: console, database: record.database, processes: processes)
  }

  private func status(of process: ProcessRecord, in record: ClusterRecord) async -> ClusterStatus.Process {
    var health = "ENDED"
    var epochs: [String]?
    if process.isAlive {
      switch process.target {
      case _? where process.service == .console:
        health = LocalPort.accepts(process.port ?? 0) ? "SERVING" : "UNREACHABLE"
      case let target?:
        // Certificates that are of no use reach nobody.
        let tls = Result { try record.security(for: process.service) }
        guard case .success(let tls) = tls else {
          health = "UNREACHABLE"
          break
        }
        health = await HealthProbe.ask(target, tls: tls)
        if process.service == .embedding { epochs = await HealthProbe.epochs(target, tls: tls) }
      case nil where process.service == .postgres:
        health = PrivatePostgres.accepts(in: state.postgres) ? "SERVING" : "UNREACHABLE"
      case nil: health = "STARTING"
      }
    }
    return ClusterStatus.Process(
      service: process.service, index: process.index, pid: process.pid, port: process.port, health: health,
      uptimeSeconds: process.uptimeSeconds, epochs: epochs, metricsPort: process.metricsPort, log: process.log)
  }

  /// Asks every process how it is, and those that tell metrics what they did in `interval`, all at the same time.
  package func status(over interval: Duration) async throws -> ClusterStatus {
    var status = try await status()
    let loads = await withTaskGroup(of: (Int, ReplicaLoad?).self) { group in
      for (place, process) in status.processes.enumerated() {
        guard let port = process.metricsPort else { continue }
        group.addTask { (place, await ReplicaLoad.measure(port: port, over: interval)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for (place, load) in loads { status.processes[place].load = load }
    return status
  }
}
