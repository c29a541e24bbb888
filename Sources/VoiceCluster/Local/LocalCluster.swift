internal import Glibc
package import VoiceRPC

/// A whole cluster on this machine: every service a process of its own, over a private PostgreSQL.
package struct LocalCluster: Sendable {
  /// Told what happens.
  package typealias Report = @Sendable (ClusterEvent) -> Void

  /// Where it keeps everything.
  package let state: StateFolder
  let report: Report

  /// The cluster of a folder.
  package init(in state: StateFolder, report: @escaping Report = { _ in }) {
    self.state = state
    self.report = report
  }

  /// Its record, or nil when it was not started. Throws `badFolder` for a record that is damaged.
  package func record() throws(ClusterError) -> ClusterRecord? { try ClusterRecord.read(from: state) }

  /// Starts PostgreSQL, registry, feature, embedding, trainer, gateway and console, each when what it needs serves, and
  /// returns when all serve. `prepare` runs once the registry serves, with a channel to it.
  ///
  /// When anything fails, or the task is cancelled, everything that was started is stopped again. Throws `wrongState`
  /// when a cluster runs already, `notReady` with the log's end for a process that does not come up.
  package func up(
    _ plan: ClusterPlan, installation: Installation, prepare: (Channel) async throws -> Void = { _ in }
  ) async throws -> ClusterRecord {
    try await state.locked {
      try refuseIfRunning()
      let launch = Launch(state: state, installation: installation, plan: plan, report: report)
      do {
        try await launch.startDatabase()
        try await launch.start([.registry])
        let record = await launch.record
        let options = ChannelOptions.over(try record.security(for: .registry))
        try await prepare(try Channel(record.target(of: .registry), options: options))
        try await launch.start([.feature, .embedding])
        try await launch.start(plan.hasTrainer ? [.trainer, .gateway] : [.gateway])
        if plan.hasConsole { try await launch.start([.console]) }
        return await launch.record
      } catch {
        // Not cancelled with the task that gave up: what was started must be stopped.
        await Task { await end(try? record()) }.value
        throw error
      }
    }
  }

  /// Starts one more replica of a service in the running cluster. The others do not learn of it.
  package func add(_ service: ServiceKind, installation: Installation) async throws -> ProcessRecord {
    try await state.locked {
      let launch = try continued(installation)
      let index = await launch.record.processes(of: service).count
      return try await launch.start(service, index: index)
    }
  }

  /// Ends a process, unless it has ended already, and starts it again on its port, where the others find it.
  ///
  /// Throws `wrongState` when the cluster has no such process, `notReady` when another took its port.
  package func restart(
    _ service: ServiceKind, index: Int, installation: Installation
  ) async throws -> ProcessRecord {
    try await state.locked {
      guard let process = try running().processes(of: service).first(where: { $0.index == index }) else {
        throw ClusterError(.wrongState, "the cluster has no \(service.rawValue)-\(index): see `voiceprint status`")
      }
      await end(process)
      if let port = process.port { try await LocalPort.awaitFree(port, within: .seconds(10)) }
      return try await continued(installation).start(service, index: index, port: process.port)
    }
  }

  /// Starts the private PostgreSQL of a cluster again after `stopDatabase`. Throws `wrongState` when it runs.
  package func startDatabase(installation: Installation) async throws {
    try await state.locked {
      let launch = try continued(installation)
      if await launch.record.processes(of: .postgres).contains(where: \.isAlive) {
        throw ClusterError(.wrongState, "the PostgreSQL in \(state.path) runs already")
      }
      try await launch.startDatabase()
    }
  }

  /// Stops the private PostgreSQL of a cluster and nothing else.
  package func stopDatabase() async throws {
    try await state.locked {
      guard let process = try running().processes(of: .postgres).first else {
        throw ClusterError(.wrongState, "the cluster has no PostgreSQL of its own: it was started with --database")
      }
      await end(process)
    }
  }

  /// Stops every process by its number, the gateway first, each drained; gives how many there were.
  @discardableResult
  package func down() async throws -> Int {
    try await state.locked {
      let record = try record()
      let count = record?.processes.filter(\.isAlive).count ?? 0
      await end(record)
      return count
    }
  }

  /// Runs `body` with the private PostgreSQL of a cluster that is down, and stops it again; no service runs meanwhile.
  ///
  /// Throws `wrongState` when the cluster runs.
  package func withDatabaseAlone<Result>(_ body: (_ connection: String) async throws -> Result) async throws -> Result {
    try await state.locked {
      try refuseIfRunning()
      let server = try await PrivatePostgres.start(in: state.postgres, durability: .durable, endingWithParent: true)
      do {
        let result = try await body(server.connection())
        await server.stop()
        return result
      } catch {
        await server.stop()
        throw error
      }
    }
  }

  private func refuseIfRunning() throws {
    guard let record = try record() else { return }
    guard !record.processes.contains(where: \.isAlive) else {
      throw ClusterError(
        .wrongState, "a cluster runs in \(state.path) already: see `voiceprint status`, end it with `voiceprint down`")
    }
    try ClusterRecord.remove(from: state)
  }

  private func running() throws(ClusterError) -> ClusterRecord {
    guard let record = try record() else {
      throw ClusterError(.wrongState, "no cluster runs in \(state.path): start one with `voiceprint up`")
    }
    return record
  }

  private func continued(_ installation: Installation) throws(ClusterError) -> Launch {
    let record = try running()
    var plan = ClusterPlan()
    if record.processes(of: .postgres).isEmpty { plan.database = record.database }
    return Launch(state: state, installation: installation, plan: plan, report: report, record: record)
  }

  /// Ends all processes, kind by kind against the order of their start, and forgets them.
  private func end(_ record: ClusterRecord?) async {
    guard let record else { return }
    for service in ServiceKind.allCases.reversed() {
      await withTaskGroup(of: Void.self) { group in
        for process in record.processes(of: service) { group.addTask { await end(process) } }
      }
    }
    // Without a record the next command finds nothing, which is true; a leftover one would only name the dead.
    try? ClusterRecord.remove(from: state)
  }

  private func end(_ process: ProcessRecord) async {
    guard process.isAlive else { return }
    report(.stopping(process.name))
    // PostgreSQL's "fast" shutdown closes connections and loses nothing; our services drain, and a trainer's training
    // saves where it is.
    await process.end(
      with: process.service == .postgres ? SIGINT : SIGTERM,
      within: process.service == .trainer ? .seconds(150) : .seconds(30))
  }
}

extension LocalCluster {
  /// Tells of every process of the cluster that ends, until the task is cancelled.
  package func watch(_ ended: @escaping @Sendable (ProcessRecord) -> Void) async {
    guard let record = try? record() else { return }
    let (ends, continuation) = AsyncStream<ProcessRecord>.makeStream()
    for process in record.processes { LogLock.whenFree(process.log) { continuation.yield(process) } }
    for await process in ends { ended(process) }
  }
}
