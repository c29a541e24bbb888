internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceConcurrency

/// `voiceprint benchmark wire`: what the services around the engine cost.
struct WireBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wire", abstract: "Measures what gateway, feature, embedding and registry cost around the engine.",
    discussion: """
      Identify calls keep the local cluster busy, by turns with threads of this process that make voiceprints of the \
      same recording with the same network. Printed are the calls a second of either, and the processor time of each \
      service for a call: all services together beyond the engine's own time are the wire's overhead, which does not \
      depend on what else the machine does. The calling program shares the processor: its time is told too.
      """)

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection that is searched.") var collection = "default"
  @Option(help: "The network of the cluster's epoch: a checkpoint or an epoch's folder.") var checkpoint: String
  @Option(help: "The experiment of a checkpoint whose keys do not tell.") var configs: String?
  @Option(help: "Threads of the engine, as many as the cluster computes with (default: the cores).") var threads: Int?
  @Option(help: "Calls under way at a time.") var inFlight = 8
  @Option(help: "Turns that are measured.") var turns = 5
  @Option(help: "Seconds of a turn.") var seconds = 3.0
  @Flag(help: "Print one JSON object.") var json = false
  @Argument(help: "A recording.") var file: String

  func validate() throws {
    guard threads ?? 1 > 0, inFlight > 0, turns > 0, seconds > 0 else {
      throw ValidationError("Threads, calls under way, turns and seconds are above 0.")
    }
  }

  func run() async throws {
    let record = try options.cluster.record()
    let client = try options.client()
    let pool = ComputePool(name: "benchmark", threads: 1, queueLimit: 1)
    let (checkpoint, configs) = (checkpoint, configs)
    let network = try await pool.run { _ in try LoadedNetwork(checkpoint: checkpoint, configs: configs) }
    let benchmark = WireBenchmark(
      network: network, file: file, client: client, collection: collection,
      processes: WireBenchmark.services.flatMap { service in
        record.processes(of: service).map { (service: service, pid: $0.pid) }
      }, threads: threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount), inFlight: inFlight, turns: turns,
      turn: .seconds(seconds))
    let result = try await cancelledByInterrupts { try await benchmark.run(pool) }
    await pool.shutDown()
    if json { return try printJSON(result) }
    func number(_ value: Double) -> String { Terminal.decimal(value, 2) }
    let services = WireBenchmark.services.map { "\($0.rawValue) \(number(result.serviceCpuMs[$0.rawValue] ?? 0))" }
    print(
      """
      engine     \(number(result.enginePerSecond)) recordings a second on \(result.threads) threads, \
      \(number(result.engineCpuMs)) ms of processor time each
      cluster    \(number(result.identifyPerSecond)) calls a second with \(result.inFlight) under way: \
      \(number(result.share * 100)) % of the engine
      services   \(services.joined(separator: ", ")) ms of processor time a call: \
      \(number(result.overhead * 100)) % beyond the engine
      caller     \(number(result.clientCpuMs)) ms of processor time a call
      """)
  }
}
