internal import FoundationEssentials

/// Starts the processes of a cluster and writes each into its record at once, so that whatever happens to the command
/// that starts them, `voiceprint down` finds them.
actor Launch {
  private(set) var record: ClusterRecord
  private let state: StateFolder
  private let installation: Installation
  private let plan: ClusterPlan
  private let report: LocalCluster.Report

  init(
    state: StateFolder, installation: Installation, plan: ClusterPlan, report: @escaping LocalCluster.Report,
    record: ClusterRecord? = nil
  ) {
    (self.state, self.installation, self.plan, self.report) = (state, installation, plan, report)
    self.record = record
      ?? ClusterRecord(
        database: plan.database ?? PrivatePostgres.connection(in: state.postgres), certificates: plan.certificates)
  }

  /// Starts the private PostgreSQL, unless another database was given.
  func startDatabase() async throws {
    guard plan.database == nil else { return }
    try await timed("postgres-0") {
      let server = try await PrivatePostgres.start(
        in: state.postgres, durability: plan.durability, patience: plan.patience)
      let log = PrivatePostgres.log(in: state.postgres)
      try keep(await ProcessRecord(.postgres, index: 0, child: server.process, port: nil, log: log))
    }
  }

  /// Starts all replicas of the services at the same time and returns when all serve.
  func start(_ services: [ServiceKind]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in services {
        for index in 0..<plan.count(of: service) {
          group.addTask { try await self.start(service, index: index) }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Starts one replica, on a port or on any that is free, and returns when it serves.
  @discardableResult
  func start(_ service: ServiceKind, index: Int, port: Int? = nil) async throws -> ProcessRecord {
    try await timed("\(service.rawValue)-\(index)") {
      let log = try newLog("\(service.rawValue)-\(index)")
      let settings = try settings(of: service, port: port, index: index)
      let command = try installation.command(service, settings: settings, log: log)
      let child = try await ChildProcess.start(command)
      // Recorded before it listens, so that it is found whenever this command is interrupted.
      try keep(await ProcessRecord(service, index: index, child: child, port: port, log: log))
      let port = try await LogFollower.line(of: child, log: log, after: 0, patience: plan.patience) { line in
        line.hasPrefix("LISTENING ") ? Int(line.dropFirst("LISTENING ".count)) : nil
      }
      // Told before LISTENING.
      let metrics = Folder.lines(of: log, beginningWith: "METRICS ").first.flatMap { Int($0) }
      let process = try await ProcessRecord(
        service, index: index, child: child, port: port, metricsPort: metrics, log: log)
      try keep(process)
      // The console speaks no gRPC; it says LISTENING when it takes requests.
      if service != .console { try await awaitServing(process, child) }
      return process
    }
  }

  private func settings(of service: ServiceKind, port: Int?, index: Int) throws(ClusterError) -> [String] {
    let port = port ?? (service == .gateway ? plan.gatewayPort : service == .console ? plan.consolePort : 0)
    var settings = ["listen.address=127.0.0.1", "listen.port=\(port)", "metrics.address=127.0.0.1", "metrics.port=0"]
    settings += record.certificates?.settings(of: service) ?? []
    switch service {
    case .postgres, .feature: break
    case .registry:
      settings.append("database.url=\(record.database)")
      settings.append("service_key_file=\(try ServiceKeyFile.made(in: state))")
      // A database of others has a ledger that its owner chose.
      if record.database == PrivatePostgres.connection(in: state.postgres) {
        settings.append("erasure_ledger=\(state.erasureLedger)")
      }
    case .embedding:
      settings.append("upstreams.registry=\(try record.target(of: .registry))")
      settings.append("cache=\(state.path)/cache/\(service.rawValue)-\(index)")
    case .trainer:
      settings.append("database.url=\(record.database)")
      settings.append("service_key_file=\(try ServiceKeyFile.made(in: state))")
      settings += try upstreams()
      settings.append("jobs.folder=\(state.path)/trainer/\(service.rawValue)-\(index)")
    case .gateway: settings += try upstreams()
    case .console:
      settings += try [ServiceKind.gateway, .registry, .embedding].map(upstream)
      settings.append(record.processes(of: .trainer).isEmpty ? "upstreams.trainer=null" : try upstream(.trainer))
    }
    return settings
  }

  /// Where those that compute by other services find them.
  private func upstreams() throws(ClusterError) -> [String] {
    try [ServiceKind.feature, .embedding, .registry].map(upstream)
  }

  private func upstream(_ service: ServiceKind) throws(ClusterError) -> String {
    "upstreams.\(service.rawValue)=\(try record.target(of: service))"
  }

  /// Waits for health, but not longer than the process lives.
  private func awaitServing(_ process: ProcessRecord, _ child: ChildProcess) async throws {
    guard let target = process.target else { return }
    let patience = plan.patience
    let tls = try record.security(for: process.service)
    let wait = Task { try await HealthProbe.awaitServing(target, tls: tls, patience: patience) }
    child.whenEnded { _ in wait.cancel() }
    do {
      try await withTaskCancellationHandler { try await wait.value } onCancel: { wait.cancel() }
    } catch {
      let reason = child.status.map { "it \($0)" } ?? "\(error)"
      throw error is CancellationError && child.status == nil
        ? error
        : ClusterError(
          .notReady, "\(process.name) does not serve: \(reason); \(process.log) ends with\n"
            + Folder.tail(of: process.log))
    }
  }

  /// Puts the process into the record, in place of one of the same name. Services start side by side, so their place
  /// is that of their kind and not the one that chance gave them.
  private func keep(_ process: ProcessRecord) throws(ClusterError) {
    record.processes.removeAll { $0.name == process.name }
    let place = record.processes.firstIndex { process.precedes($0) } ?? record.processes.endIndex
    record.processes.insert(process, at: place)
    try record.write(to: state)
  }

  /// An empty log; that of the run before is kept beside it.
  private func newLog(_ name: String) throws -> String {
    let (log, old) = ("\(state.logs)/\(name).log", "\(state.logs)/\(name).old.log")
    if FileManager.default.fileExists(atPath: log) {
      if FileManager.default.fileExists(atPath: old) { try FileManager.default.removeItem(atPath: old) }
      try FileManager.default.moveItem(atPath: log, toPath: old)
    }
    return log
  }

  private func timed<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
    let begin = ContinuousClock.now
    report(.starting(name))
    let result = try await body()
    report(.ready(name, seconds: (ContinuousClock.now - begin) / .seconds(1)))
    return result
  }
}
