import Testing
@testable import VoiceCluster

@Suite("What a replica's metrics say")
struct ReplicaLoadTests {
  private static let calls = "method=\"Identify\",service=\"voiceprint.gateway.v1.GatewayService\""

  private func text(calls: Int, fast: Int, resident: Int = 50_000_000) -> MetricsText {
    MetricsText(
      """
      # HELP process_resident_memory_bytes Memory.
      process_resident_memory_bytes \(resident)
      voiceprint_rpc_server_handled_total{code="OK",\(Self.calls)} \(calls)
      voiceprint_rpc_server_handled_total{code="OK",method="Check",service="grpc.health.v1.Health"} \(calls * 100)
      voiceprint_rpc_server_duration_seconds_bucket{\(Self.calls),le="0.1"} \(fast)
      voiceprint_rpc_server_duration_seconds_bucket{\(Self.calls),le="0.5"} \(calls)
      voiceprint_rpc_server_duration_seconds_bucket{\(Self.calls),le="+Inf"} \(calls)
      voiceprint_rpc_server_duration_seconds_bucket{method="WatchEpochs",service="x",le="0.1"} 0
      voiceprint_rpc_server_duration_seconds_bucket{method="WatchEpochs",service="x",le="+Inf"} 5
      """)
  }

  @Test("Calls a second and the quantile are of the time between two readings; health checks and streams do not count")
  func between() {
    let load = ReplicaLoad(from: text(calls: 100, fast: 0), to: text(calls: 300, fast: 150), seconds: 4)
    #expect(load.callsPerSecond == 50 && load.calls == 300 && load.residentBytes == 50_000_000)
    // 150 of 200 within 0.1 s, the others evenly up to 0.5 s: the 198th at 0.1 + 0.4 * 48 / 50.
    #expect(abs((load.p99Milliseconds ?? 0) - 484) < 1e-6)
  }

  @Test("Without a call in between the quantile is that of all, and without any there is none")
  func quiet() {
    let load = ReplicaLoad(from: text(calls: 10, fast: 10), to: text(calls: 10, fast: 10), seconds: 1)
    #expect(load.callsPerSecond == 0 && load.p99Milliseconds == 99)
    #expect(ReplicaLoad(from: MetricsText(""), to: MetricsText(""), seconds: 1).p99Milliseconds == nil)
  }

  @Test("Values of labels are read with what is escaped in them; lines that are no samples are left out")
  func labels() {
    let text = MetricsText(#"a{x="q\"b\\c\nd",y="}, z=\"1\""} 1.5"# + "\nnonsense\nb{x=\"1\"} what\nc 7\n")
    #expect(text.samples.map(\.name) == ["a", "c"])
    #expect(text.samples[0].labels == ["x": "q\"b\\c\nd", "y": "}, z=\"1\""])
    #expect(text.sum("c") == 7)
  }
}
