internal import ArgumentParser
internal import Synchronization
internal import VoiceMessages
internal import VoiceRPC

/// `voiceprint benchmark rpc`: the smallest call there is, again and again.
struct RPCBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rpc", abstract: "Measures grpc.health.v1.Health/Check of a server: calls a second and latency.",
    discussion: """
      A call that computes nothing shows what the RPC layers of both ends cost. `deploy/benchmark.sh rpc` runs it by \
      turns with gRPC's own C++, as client and as server.
      """)

  @Option(help: "Calls under way at a time.") var inFlight = 16
  @Option(help: "Seconds that are measured, after a quarter of them that warms up.") var seconds = 3.0
  @Flag(help: "Print one JSON object.") var json = false
  @Argument(help: "The server, host:port.") var target: String

  func validate() throws {
    guard inFlight > 0, seconds > 0 else { throw ValidationError("Calls under way and seconds are above 0.") }
  }

  private struct Answer: Encodable {
    var inFlight: Int
    var callsPerSecond: Double
    var p50Us: Double
    var p99Us: Double
  }

  func run() async throws {
    let channel = try Channel(target)
    let latencies = Mutex<[Double]>([])
    let loop = ClosedLoop(inFlight: inFlight)
    let (seconds, json) = (seconds, json)
    let check = { @Sendable in
      let begin = ContinuousClock.now
      _ = try await channel.call(
        GRPCHealthV1.Health.check, GRPCHealthV1.HealthCheckRequest(), options: CallOptions(waitsForReady: true))
      let took = (ContinuousClock.now - begin) / .microseconds(1)
      latencies.withLock { $0.append(took) }
    }
    _ = try await loop.run(for: .seconds(seconds / 4), check)
    latencies.withLock { $0 = [] }
    let calls = try await loop.run(for: .seconds(seconds), check)
    let sorted = latencies.withLock { $0.sorted() }
    let answer = Answer(
      inFlight: inFlight, callsPerSecond: calls.perSecond, p50Us: LoadReport.percentile(sorted, 0.5) ?? 0,
      p99Us: LoadReport.percentile(sorted, 0.99) ?? 0)
    if json { return try printJSON(answer) }
    print(
      "\(Terminal.decimal(answer.callsPerSecond, 0)) calls a second with \(inFlight) under way, "
        + "p50 \(Terminal.decimal(answer.p50Us, 0)) µs, p99 \(Terminal.decimal(answer.p99Us, 0)) µs")
  }
}
