import Logging
import Testing
@testable import VoiceMessages
@testable import VoiceRPC

@Suite("Errors", .timeLimit(.minutes(1)))
struct ErrorTests {
  private static func detail() -> GoogleProtobuf.`Any` {
    var detail = GoogleProtobuf.`Any`()
    detail.typeUrl = "type.googleapis.com/google.rpc.ErrorInfo"
    detail.value = Bytes([10, 2, 65, 66])
    return detail
  }

  @Test("Code, message, details and trailers of an error make the round trip")
  func roundTrip() async throws {
    let service = EchoService(say: { _, _ in
      throw RPCError(
        .failedPrecondition, "déjà vu: «no»\n100 %", details: [Self.detail()], trailers: ["x-reason": "because"])
    })
    try await withServer([service]) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message == "déjà vu: «no»\n100 %")
      #expect(error?.details == [Self.detail()])
      #expect(error?.trailers["x-reason"] == "because")
      #expect(error?.trailers.bytes("grpc-status-details-bin") == nil)
    }
  }

  @Test("An error after some responses arrives after them")
  func afterResponses() async throws {
    let service = EchoService(split: { note, responses, _ in
      try await responses.write(note)
      throw RPCError(.dataLoss, "the rest is gone", details: [Self.detail()])
    })
    try await withServer([service]) { _, channel in
      var read = 0
      let error = await rpcError {
        for try await _ in try channel.call(Echo.split, Note("one")) { read += 1 }
      }
      #expect(read == 1)
      #expect(error?.code == .dataLoss)
      #expect(error?.details.count == 1)
    }
  }

  @Test("An error of the domain becomes INTERNAL and says nothing of itself")
  func foreignError() async throws {
    struct Secret: Error { let password = "hunter2" }
    let service = EchoService(say: { _, _ in throw Secret() })
    try await withServer([service]) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .internalError)
      #expect(error?.message == "internal error")
    }
  }

  @Test("An error too long for the wire is cut, not lost")
  func longError() async throws {
    var large = Self.detail()
    large.value = Bytes([UInt8](repeating: 7, count: 100_000))
    let service = EchoService(say: { [large] _, _ in
      throw RPCError(.notFound, String(repeating: "é", count: 50_000), details: [large])
    })
    try await withServer([service]) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .notFound)
      #expect(error?.message.hasSuffix("é…") == true)
    }
  }

  @Test("Illegal trailers of an error do not stop it")
  func illegalTrailers() async throws {
    let service = EchoService(say: { _, _ in
      throw RPCError(.notFound, "nobody", trailers: ["bad key": "1", "x-good": "2"])
    })
    try await withServer([service]) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .notFound)
      #expect(error?.trailers["x-good"] == "2")
    }
  }

  @Test("A method that the server does not have is UNIMPLEMENTED")
  func unknownMethod() async throws {
    try await withServer { _, channel in
      let method = UnaryMethod<Note, Note>("/test.Echo/Sing")
      let error = await rpcError { _ = try await channel.call(method, Note()) }
      #expect(error?.code == .unimplemented)
      #expect(error?.message.contains("/test.Echo/Sing") == true)
    }
  }

  @Test("A request that is no message is INVALID_ARGUMENT, and the server lives on")
  func malformed() async throws {
    try await withServer { _, channel in
      let error = await rpcError {
        // The last byte promises a field that does not come.
        _ = try await channel.callRaw(Echo.say.path, [0x12, 0x05, 0x61])
      }
      #expect(error?.code == .invalidArgument)
      let answer = try await channel.call(Echo.say, Note("alive"))
      #expect(answer.message == "alive")
    }
  }

  @Test("A call without a request is INVALID_ARGUMENT")
  func noRequest() async throws {
    try await withServer { _, channel in
      let method = ClientStreamingMethod<Note, Note>(Echo.say.path)
      let error = await rpcError { _ = try await channel.call(method) { _ in } }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("A message above the limit is refused by whoever receives it")
  func tooLarge() async throws {
    var small = ServerOptions.quick
    small.maxReceivedMessageBytes = 1000
    let large = Note(String(repeating: "x", count: 2000))
    try await withServer(options: small) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, large) }
      #expect(error?.code == .resourceExhausted)
    }
    var careful = ChannelOptions.own
    careful.maxReceivedMessageBytes = 1000
    let service = EchoService(say: { _, _ in large })
    try await withServer([service], channel: careful) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note()) }
      #expect(error?.code == .resourceExhausted)
    }
  }

  @Test("A request that takes more memory than its budget is refused")
  func memoryBudget() async throws {
    var small = ServerOptions.quick
    small.messageMemoryBytes = 1000
    try await withServer(options: small) { _, channel in
      let error = await rpcError { _ = try await channel.call(Echo.say, Note(String(repeating: "x", count: 2000))) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("Calls beyond the limit are refused, health checks are not")
  func tooManyCalls() async throws {
    let gate = Gate()
    var options = ServerOptions.quick
    options.maxConcurrentCalls = 1
    let service = EchoService(say: { note, _ in
      await gate.pass()
      return note
    })
    try await withServer([service, HealthService()], options: options) { _, channel in
      async let first = channel.call(Echo.say, Note("first"))
      await gate.reached()
      let error = await rpcError { _ = try await channel.call(Echo.say, Note("second")) }
      #expect(error?.code == .resourceExhausted)
      let health = try await channel.call(GRPCHealthV1.Health.check, GRPCHealthV1.HealthCheckRequest())
      #expect(health.status == .serving)
      gate.open()
      let answer = try await first
      #expect(answer.message == "first")
    }
  }

  @Test("What a handler throws has its status")
  func mapping() {
    #expect(RPCError(thrown: RPCError(.notFound, "x"), deadline: .never).code == .notFound)
    #expect(RPCError(thrown: CancellationError(), deadline: .never).code == .cancelled)
    #expect(RPCError(thrown: CancellationError(), deadline: .after(.seconds(-1))).code == .deadlineExceeded)
    #expect(RPCError(thrown: CancellationError(), deadline: .after(.seconds(9))).code == .cancelled)
  }

  @Test("The core's log levels keep their meaning", arguments: [0, 1, 2])
  func logLevels(severity: Int) {
    #expect(CoreLog.level(ofSeverity: severity) == [Logger.Level.debug, .info, .error][severity])
  }
}

extension Channel {
  /// Sends bytes that may be no message at all.
  fileprivate func callRaw(_ path: String, _ bytes: [UInt8]) async throws -> ByteBuffer? {
    let request = ByteBuffer(size: bytes.count) { memory in bytes.withUnsafeBytes { memory.copyMemory(from: $0) } }
    return try await ClientCall(path, on: self, CallOptions(), request: request).receive()
  }
}
