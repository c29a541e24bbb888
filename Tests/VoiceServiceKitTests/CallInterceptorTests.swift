import Logging
import Testing
import VoiceMessages
import VoiceRPC
import VoiceRecognition
@testable import VoiceServiceKit

@Suite("What every call passes", .timeLimit(.minutes(1)))
struct CallInterceptorTests {
  @Test("A domain error reaches the caller with its details, and the log with the method's end")
  func errors() async throws {
    let log = LogCollector()
    try await withServer(log: log.logger) { _, _ in
      throw RecognitionError.invalid("audio.content", "is empty")
    } _: { port in
      let channel = try Channel("127.0.0.1:\(port)")
      let caught = await error(RPCError.self) { _ = try await channel.call(Answering.method, .init()) }
      #expect(RecognitionError(try #require(caught), from: "x") == .invalid("audio.content", "is empty"))
    }
    let entry = try #require(log.all.first { $0.message == "call" })
    #expect(entry.level == .info)
    #expect(entry.metadata["code"] == "INVALID_ARGUMENT")
    #expect(try #require(entry.metadata["milliseconds"].flatMap(Double.init)) >= 0)
  }

  @Test("A fault of ours is an error in the log, with its cause, and tells the caller nothing")
  func faults() async throws {
    struct Secret: Error { let password = "hunter2" }
    let log = LogCollector()
    try await withServer(log: log.logger) { _, _ in throw Secret() } _: { port in
      let channel = try Channel("127.0.0.1:\(port)")
      let caught = await error(RPCError.self) { _ = try await channel.call(Answering.method, .init()) }
      #expect(caught?.code == .internalError)
      #expect(caught?.message.contains("hunter2") == false)
    }
    let entry = try #require(log.all.first { $0.message == "call" })
    #expect(entry.level == .error)
    #expect(entry.metadata["error"]?.contains("hunter2") == true)
  }

  @Test("A caller's trace is taken over with a span of our own; without one, or with nonsense, a trace begins")
  func traces() async throws {
    let caller = TraceContext()
    try await withServer(log: LogCollector().logger) { _, _ in
      try .naming(#require(TraceContext.current).headerValue)
    } _: { port in
      let channel = try Channel("127.0.0.1:\(port)")
      for (header, isKept) in [(caller.headerValue, true), (nil, false), ("nonsense", false)] {
        var options = CallOptions()
        options.metadata[TraceContext.header] = header
        let answer = try await channel.call(Answering.method, .init(), options: options)
        let seen = try #require(TraceContext(header: answer.name))
        #expect((seen.traceID == caller.traceID) == isKept)
        #expect(seen.spanID != caller.spanID)
      }
    }
  }

  @Test("Health checks that succeed leave no line at the level of calls")
  func probes() async throws {
    let log = LogCollector()
    try await withServer(log: log.logger) { _, _ in .init() } _: { port in
      let channel = try Channel("127.0.0.1:\(port)")
      _ = try await channel.call(GRPCHealthV1.Health.check, .init())
      _ = try await channel.call(Answering.method, .init())
    }
    #expect(log.all.filter { $0.message == "call" }.map(\.level) == [.trace, .info])
  }
}

extension FeatureV1.ExtractResponse {
  /// An answer that carries a text.
  static func naming(_ name: String) -> Self { .with { $0.features = .with { $0.values = name.utf8.map(Float.init) } } }
  /// The text.
  var name: String { String(decoding: (features?.values ?? []).map { UInt8($0) }, as: UTF8.self) }
}
