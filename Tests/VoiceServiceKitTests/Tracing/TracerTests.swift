import Synchronization
import Testing
import VoiceMessages
import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

@Suite("Spans and where they go", .timeLimit(.minutes(1)))
struct TracerTests {
  /// A collector that keeps what it is sent, or refuses it.
  private final class Collector: RPCService {
    let spans = Mutex<[OTLPTraceV1.Span]>([])
    let names = Mutex<Set<String>>([])
    let failure: RPCError?

    init(failing failure: RPCError? = nil) { self.failure = failure }

    func register(with router: inout Router) {
      router.handle(OTLPCollectorTraceV1.TraceService.export) { [self] request, _ in
        if let failure { throw failure }
        for resource in request.resourceSpans {
          for attribute in resource.resource?.attributes ?? [] {
            if case .stringValue(let text)? = attribute.value?.value { names.withLock { _ = $0.insert(text) } }
          }
          spans.withLock { $0 += resource.scopeSpans.flatMap(\.spans) }
        }
        return .init()
      }
    }
  }

  private func withCollector(
    _ collector: Collector, ratio: Double = 1, limits: Tracer.Limits = .init(), _ body: (Tracer) async throws -> Void
  ) async throws {
    var options = ServerOptions()
    (options.drainTime, options.shutdownGrace) = (.zero, .zero)
    let server = Server(options: options, services: [collector])
    let port = try server.start()
    let log = LogCollector().logger
    let tracer = try Tracer(
      endpoint: "127.0.0.1:\(port)", sampleRatio: ratio, service: "test", limits: limits, log: log)
    let sending = Task { await tracer.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body(tracer)) } catch { result = .failure(error) }
    sending.cancel()
    await sending.value
    await server.shutdown()
    try result.get()
  }

  @Test("A call and what it calls are one trace, each a span with its parent, method and code")
  func tree() async throws {
    let (collector, log) = (Collector(), LogCollector().logger)
    let caller = TraceContext()
    try await withCollector(collector) { tracer in
      try await withServer(log: log, tracer: tracer) { _, _ in
        throw RecognitionError.missing("speaker", "a secret name")
      } _: { inner in
        try await withServer(log: log, tracer: tracer) { request, _ in
          try await Upstream(name: "inner", target: "127.0.0.1:\(inner)").call(Answering.method, request)
        } _: { outer in
          let options = CallOptions(metadata: [TraceContext.header: caller.headerValue])
          _ = await error(RPCError.self) {
            _ = try await Channel("127.0.0.1:\(outer)").call(Answering.method, .init(), options: options)
          }
          _ = try await Channel("127.0.0.1:\(outer)").call(GRPCHealthV1.Health.check, .init())
        }
      }
    }
    let spans = collector.spans.withLock { $0 }
    #expect(spans.count == 3, "health checks are no spans")
    let root = try #require(spans.first { hexadecimal($0.parentSpanId) == caller.spanID })
    let client = try #require(spans.first { $0.parentSpanId == root.spanId })
    let leaf = try #require(spans.first { $0.parentSpanId == client.spanId })
    #expect([root, client, leaf].map(\.kind) == [.server, .client, .server])
    #expect(spans.allSatisfy { $0.name == "voiceprint.feature.v1.FeatureService/Extract" })
    #expect(spans.allSatisfy { hexadecimal($0.traceId) == caller.traceID })
    #expect(client.status?.code == .error && client.status?.message == "NOT_FOUND")
    #expect(leaf.status == nil, "what the caller did wrong is no failure of the server")
    #expect(leaf.attributes.contains { $0.key == "rpc.grpc.status_code" && $0.value?.value == .intValue(5) })
    #expect(root.startTimeUnixNano <= leaf.startTimeUnixNano && leaf.endTimeUnixNano <= root.endTimeUnixNano)
    #expect(collector.names.withLock { $0 }.isSuperset(of: ["voiceprint", "voiceprint-test"]))
    #expect(!"\(spans)".contains("secret"))
  }

  @Test("A caller's decision not to record is kept; without one the ratio decides")
  func sampling() async throws {
    let collector = Collector()
    let quiet = try #require(TraceContext(header: TraceContext(isSampled: false).headerValue))
    try await withCollector(collector, ratio: 0.5) { tracer in
      #expect(Tracer.context(after: quiet, by: tracer).isSampled == false)
      #expect(Tracer.context(after: TraceContext(), by: tracer).isSampled)
      let sampled = (0..<2000).filter { _ in Tracer.context(after: nil, by: tracer).isSampled }.count
      #expect((800...1200).contains(sampled), "\(sampled)")
      let span = tracer.begin(call: "/a.B/C", quiet.child(), parent: quiet, .server)
      #expect(span == nil)
    }
    #expect(collector.spans.withLock { $0 }.isEmpty)
  }

  @Test("Spans beyond the queue are lost and counted; the others come in batches")
  func bounds() async throws {
    let (collector, registry) = (Collector(), MetricsRegistry())
    try await withCollector(collector, limits: .init(queue: 25, batch: 10, interval: .seconds(30))) { tracer in
      tracer.tell(in: registry)
      for _ in 0..<40 { tracer.begin(call: "/a.B/C", TraceContext(), parent: nil, .server)?.end(.ok) }
      let text = await registry.text()
      #expect(text.contains("voiceprint_trace_queue_depth 25\n"))
      #expect(text.contains("voiceprint_trace_spans_dropped_total{reason=\"queue_full\"} 15\n"))
    }
    #expect(collector.spans.withLock { $0.count } == 25)
    #expect(await registry.text().contains("voiceprint_trace_spans_exported_total 25\n"))
  }

  @Test("What a collector does not take is lost and counted, and holds up nobody")
  func failures() async throws {
    let (collector, registry) = (Collector(failing: RPCError(.unavailable, "full")), MetricsRegistry())
    try await withCollector(collector, limits: .init(interval: .milliseconds(1))) { tracer in
      tracer.tell(in: registry)
      for _ in 0..<3 { tracer.begin(call: "/a.B/C", TraceContext(), parent: nil, .server)?.end(.ok) }
    }
    #expect(await registry.text().contains("voiceprint_trace_spans_dropped_total{reason=\"export_failed\"} 3\n"))
  }

  private func hexadecimal(_ bytes: Bytes) -> String {
    bytes.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
