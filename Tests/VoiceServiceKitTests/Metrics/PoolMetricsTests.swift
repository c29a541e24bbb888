import Testing
import VoiceConcurrency
import VoiceMessages
import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

@Suite("Metrics of pools and calls", .timeLimit(.minutes(1)))
struct PoolMetricsTests {
  private let registry = MetricsRegistry()

  @Test("A pool tells what waits, what works, how long both took and what it refused")
  func pool() async throws {
    let pool = ComputePool.measured(name: "p", threads: 1, queueLimit: 1, in: registry)
    let (gate, begun) = (Semaphore(), AsyncStream.makeStream(of: Void.self))
    let first = Task {
      try await pool.run { _ in
        begun.continuation.finish()
        gate.wait()
      }
    }
    for await _ in begun.stream {}
    // One of these is for the thread to take next, one waits, one is too many.
    let others = (0..<2).map { _ in Task { try await pool.run { _ in } } }
    while pool.queueDepth < 2 { await Task.yield() }
    await #expect(throws: ComputePool.Rejection.self) { try await pool.run { _ in } }
    await #expect(throws: ComputePool.Rejection.self) { try await pool.run(deadline: .now) { _ in } }
    var text = await registry.text()
    for line in [
      "compute_threads{pool=\"p\"} 1", "compute_busy_threads{pool=\"p\"} 1", "compute_queue_depth{pool=\"p\"} 2",
      "compute_queue_limit{pool=\"p\"} 1", "compute_refused_total{pool=\"p\",reason=\"queue_full\"} 2",
    ] { #expect(text.contains("voiceprint_\(line)\n"), "\(line)\n\(text)") }
    #expect(!text.contains("voiceprint_compute_busy_seconds_total{pool=\"p\"} 0\n"), "work is counted before it ends")

    gate.post()
    try await first.value
    for other in others { try await other.value }
    await #expect(throws: ComputePool.Rejection.self) { try await pool.run(deadline: .now) { _ in } }
    await pool.shutDown()
    text = await registry.text()
    for line in [
      "compute_busy_threads{pool=\"p\"} 0", "compute_queue_depth{pool=\"p\"} 0",
      "compute_wait_seconds_count{pool=\"p\"} 3", "compute_work_seconds_count{pool=\"p\"} 3",
      "compute_refused_total{pool=\"p\",reason=\"deadline\"} 1",
    ] { #expect(text.contains("voiceprint_\(line)\n"), "\(line)\n\(text)") }
  }

  @Test("Calls are counted by method and code, timed, and seen while they run")
  func calls() async throws {
    let registry = registry
    let names = "method=\"Extract\",service=\"voiceprint.feature.v1.FeatureService\""
    try await withServer(log: LogCollector().logger, metrics: registry) { request, _ in
      if request.background { throw RecognitionError.missing("speaker", "x") }
      return .naming(await registry.text())
    } _: { port in
      let channel = try Channel("127.0.0.1:\(port)")
      let during = try await channel.call(Answering.method, .init()).name
      #expect(during.contains("in_flight{\(names)} 1\n"))
      _ = await error(RPCError.self) { _ = try await channel.call(Answering.method, .with { $0.background = true }) }
    }
    let text = await registry.text()
    #expect(text.contains("voiceprint_rpc_server_in_flight{\(names)} 0\n"))
    #expect(text.contains("voiceprint_rpc_server_duration_seconds_count{\(names)} 2\n"))
    #expect(text.contains("handled_total{code=\"OK\",\(names)} 1\n"))
    #expect(text.contains("handled_total{code=\"NOT_FOUND\",\(names)} 1\n"))
  }
}
