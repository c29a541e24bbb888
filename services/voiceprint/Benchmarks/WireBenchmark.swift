internal import Glibc
internal import Synchronization
internal import VoiceCluster
internal import VoiceConcurrency
internal import VoiceMessages

/// Measures Identify in a cluster that is always busy against the same work in this process, by turns.
struct WireBenchmark: Sendable {
  /// Medians of the turns.
  struct Result: Encodable, Sendable {
    var threads: Int
    var inFlight: Int
    /// Recordings a second that become voiceprints in this process.
    var enginePerSecond: Double
    var identifyPerSecond: Double
    /// The second by the first, median of the turns' ratios.
    var share: Double
    /// Processor time for a recording in this process, ms.
    var engineCpuMs: Double
    /// Processor time for a call in each service, ms.
    var serviceCpuMs: [String: Double]
    /// Processor time for a call in the program that calls, ms.
    var clientCpuMs: Double
    /// What the services take beyond the engine's own time, by that time.
    var overhead: Double
  }

  static let services: [ServiceKind] = [.gateway, .feature, .embedding, .registry]

  let network: LoadedNetwork
  let file: String
  let client: GatewayClient
  let collection: String
  /// The processes of each service, from the local cluster's record.
  let processes: [(service: ServiceKind, pid: pid_t)]
  let threads: Int
  let inFlight: Int
  let turns: Int
  let turn: Duration

  func run(_ pool: ComputePool) async throws -> Result {
    let request = GatewayV1.IdentifyRequest.with { ($0.collection, $0.topK) = (collection, 3) }
    let identify = try { [client, file] in
      var request = request
      request.audio = try .file(file)
      return { @Sendable [request] in _ = try await client.call(GatewayClient.Service.identify, request) }
    }()
    let load = ClosedLoop(inFlight: inFlight)
    _ = try await load.run(for: .milliseconds(500), identify)
    var turns: [Turn] = []
    for _ in 0..<self.turns {
      let engine = try await pool.run { _ in try computed() }
      let before = try spent()
      let own = try ProcessorTime.of(getpid())
      let calls = try await load.run(for: turn, identify)
      let client = try ProcessorTime.of(getpid()) - own
      let count = Double(calls.count)
      let after = try spent()
      turns.append(
        Turn(
          engine: engine, perSecond: calls.perSecond, client: client / .milliseconds(1) / count,
          services: after.merging(before) { ($0 - $1) / count }))
    }
    return result(turns)
  }

  private struct Turn {
    var engine: (perSecond: Double, cpuMs: Double)
    var perSecond: Double
    var client: Double
    var services: [ServiceKind: Double]
  }

  private func result(_ turns: [Turn]) -> Result {
    func median(_ value: (Turn) -> Double) -> Double { turns.map(value).sorted()[turns.count / 2] }
    let engine = median(\.engine.cpuMs)
    let services = Dictionary(uniqueKeysWithValues: Self.services.map { service in
      (service.rawValue, median { $0.services[service] ?? 0 })
    })
    return Result(
      threads: threads, inFlight: inFlight, enginePerSecond: median(\.engine.perSecond),
      identifyPerSecond: median(\.perSecond), share: median { $0.perSecond / $0.engine.perSecond },
      engineCpuMs: engine, serviceCpuMs: services, clientCpuMs: median(\.client),
      overhead: services.values.reduce(0, +) / engine - 1)
  }

  /// Recordings that all threads embed for a turn, on the calling thread and its team.
  private func computed() throws -> (perSecond: Double, cpuMs: Double) {
    let team = ThreadTeam(name: "wire", threads: threads)
    let own = try ProcessorTime.of(getpid())
    let begin = ContinuousClock.now
    let embedded = Mutex<Swift.Result<Int, any Error>>(.success(0))
    team.forEach(threads) { _, _ in
      while ContinuousClock.now - begin < turn {
        let one = Swift.Result { _ = try network.embed(audio: file) }
        embedded.withLock { all in all = all.flatMap { count in one.map { count + 1 } } }
        if case .failure = one { return }
      }
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let count = try embedded.withLock { $0 }.get()
    return (Double(count) / seconds, (try ProcessorTime.of(getpid()) - own) / .milliseconds(1) / Double(count))
  }

  /// Milliseconds that the processes of each service have computed.
  private func spent() throws -> [ServiceKind: Double] {
    try processes.reduce(into: [:]) { sums, process in
      sums[process.service, default: 0] += try ProcessorTime.of(process.pid) / .milliseconds(1)
    }
  }
}
