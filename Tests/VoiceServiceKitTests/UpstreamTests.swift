import Testing
import VoiceMessages
import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

@Suite("Calls to other services", .timeLimit(.minutes(1)))
struct UpstreamTests {
  private func upstream(
    _ ports: Int..., timeout: Duration = .seconds(30), reserve: Duration = .milliseconds(5)
  ) throws -> Upstream {
    let addresses = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    return try Upstream(name: "feature", target: "ipv4:\(addresses)", timeout: timeout, reserve: reserve)
  }

  @Test("The trace goes along")
  func trace() async throws {
    let trace = TraceContext()
    try await withServer { _, context in .naming(context.metadata[TraceContext.header] ?? "none") } _: { port in
      let upstream = try upstream(port)
      let answer = try await TraceContext.$current.withValue(trace) {
        try await upstream.call(Answering.method, .init())
      }
      #expect(answer.name == trace.headerValue)
      #expect(try await upstream.call(Answering.method, .init()).name == "none")
    }
  }

  @Test("A call has what is left of the caller's time less a reserve, or the timeout if that is shorter")
  func deadline() async throws {
    try await withServer { _, context in
      try .naming("\(#require(context.deadline.remaining) / .seconds(1))")
    } _: { port in
      // Hours, so that a busy machine does not change which of the two is shorter; on the wire they are rounded up.
      for (timeout, range) in [(Duration.seconds(9000), 6000.0...6300), (.seconds(3600), 3000...3660)] {
        let upstream = try upstream(port, timeout: timeout, reserve: .seconds(1000))
        let call = CallContext(method: "/a.B/C", deadline: .after(.seconds(7200)))
        let left = try await CallContext.$current.withValue(call) {
          try await upstream.call(Answering.method, .init()).name
        }
        #expect(try range.contains(#require(Double(left))), "\(left) s")
      }
    }
  }

  @Test("UNAVAILABLE is tried again, whatever the request's size; other failures are not", arguments: [10, 2 << 20])
  func retry(bytes: Int) async throws {
    let (unavailable, exhausted) = (Counter(), Counter())
    let content = Bytes([UInt8](repeating: 1, count: bytes))
    let request = FeatureV1.ExtractRequest.with { $0.audio = .with { $0.content = content } }
    let busy = RecognitionError(.resourceExhausted, reason: "QUEUE_FULL", "busy", retryAfter: .milliseconds(20))
    try await withServer { request, _ in
      #expect(request.audio?.content.count == bytes)
      if unavailable.next() < 3 { throw RPCError(.unavailable, "not now") }
      return .naming("at last")
    } _: { port in
      let answer = try await upstream(port).call(Answering.method, request)
      #expect(answer.name == "at last")
    }
    try await withServer(log: LogCollector().logger) { _, _ in
      _ = exhausted.next()
      throw busy
    } _: { port in
      let upstream = try upstream(port)
      let caught = await error(RecognitionError.self) { _ = try await upstream.call(Answering.method, request) }
      #expect(caught == busy)
    }
    #expect((unavailable.value, exhausted.value) == (3, 1))
  }

  @Test("Calls go to all replicas in turn, and to none that says it does not serve")
  func replicas() async throws {
    let (first, second) = (Counter(), Counter())
    let health = HealthService()
    let count = { @Sendable (counter: Counter) in
      _ = counter.next()
      return FeatureV1.ExtractResponse()
    }
    try await withServer { _, _ in count(first) } _: { port in
      try await withServer(health: health) { _, _ in count(second) } _: { other in
        health.set(.notServing, for: "")
        let upstream = try upstream(port, other)
        for _ in 0..<10 { _ = try await upstream.call(Answering.method, .init()) }
        #expect((first.value, second.value) == (10, 0))
        health.set(.serving, for: "")
        while second.value == 0 { _ = try await upstream.call(Answering.method, .init()) }
        let before = first.value
        for _ in 0..<10 { _ = try await upstream.call(Answering.method, .init()) }
        #expect(first.value == before + 5)
      }
    }
  }

  @Test("A service that is away is an error that names it")
  func away() async throws {
    let upstream = try upstream(1)
    let caught = await error(RecognitionError.self) { _ = try await upstream.call(Answering.method, .init()) }
    #expect(caught?.code == .unavailable)
    #expect(caught?.reason == "FEATURE_UNAVAILABLE")
  }

  @Test("A cancelled call is a cancellation, and ends the other service's work")
  func cancellation() async throws {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    try await withServer { _, _ in
      begin.yield()
      defer { end.yield() }
      try await Task.sleep(for: .seconds(50))
      return .init()
    } _: { port in
      let upstream = try upstream(port)
      let call = Task { try await upstream.call(Answering.method, .init()) }
      for await _ in begun { break }
      call.cancel()
      #expect(await error(CancellationError.self) { _ = try await call.value } != nil)
      for await _ in ended { break }
    }
  }
}
