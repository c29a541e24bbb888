import Testing
@testable import VoiceMessages
@testable import VoiceRPC

@Suite("Reflection", .timeLimit(.minutes(1)))
struct ReflectionTests {
  private typealias Request = GRPCReflectionV1.ServerReflectionRequest
  private typealias Question = Request.MessageRequest

  private func ask(
    _ question: Question?, _ channel: Channel
  ) async throws -> GRPCReflectionV1.ServerReflectionResponse {
    try await channel.call(GRPCReflectionV1.ServerReflection.serverReflectionInfo) { requests, responses in
      try await requests.write(.with { $0.messageRequest = question })
      try await requests.finish()
      var iterator = responses.makeAsyncIterator()
      return try #require(try await iterator.next())
    }
  }

  private func withReflection(_ body: (Channel) async throws -> Void) async throws {
    let services: [any RPCService] = [EchoService(), HealthService()]
    try await withServer(services + [ReflectionService(on: services)]) { _, channel in try await body(channel) }
  }

  @Test("All services are listed, in both versions")
  func services() async throws {
    let expected = [
      "grpc.health.v1.Health", "test.Echo", "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]
    try await withReflection { channel in
      guard case .listServicesResponse(let list) = try await ask(.listServices(""), channel).messageResponse else {
        Issue.record("no list")
        return
      }
      #expect(list.service.map(\.name) == expected)
      let method = GRPCReflectionV1Alpha.ServerReflection.serverReflectionInfo
      let answer = try await channel.call(method) { requests, responses in
        try await requests.write(.with { $0.messageRequest = .listServices("") })
        var iterator = responses.makeAsyncIterator()
        return try #require(try await iterator.next())
      }
      guard case .listServicesResponse(let old) = answer.messageResponse else {
        Issue.record("no list in v1alpha")
        return
      }
      #expect(old.service.map(\.name) == expected)
    }
  }

  @Test("A file comes with all that it imports, itself first")
  func files() async throws {
    try await withReflection { channel in
      let questions: [Question] = [
        .fileByFilename("google/rpc/error_details.proto"), .fileContainingSymbol("google.rpc.RetryInfo"),
        .fileContainingSymbol(".google.rpc.BadRequest.FieldViolation.description"),
      ]
      for question in questions {
        guard case .fileDescriptorResponse(let files) = try await ask(question, channel).messageResponse else {
          Issue.record("no files for \(question)")
          continue
        }
        let names = files.fileDescriptorProto.map { file in WireReader(file.array[...]).first { $0.number == 1 }?.text }
        #expect(names == ["google/rpc/error_details.proto", "google/protobuf/duration.proto"])
      }
    }
  }

  @Test("What is not there is an error in the answer, not of the call")
  func errors() async throws {
    try await withReflection { channel in
      let questions: [(Question?, StatusCode)] = [
        (.fileByFilename("no/such.proto"), .notFound), (.fileContainingSymbol("no.Such"), .notFound),
        (.fileContainingExtension(.with { $0.containingType = "google.rpc.Status" }), .notFound),
        (.allExtensionNumbersOfType("no.Such"), .notFound), (nil, .invalidArgument),
      ]
      for (question, code) in questions {
        guard case .errorResponse(let error) = try await ask(question, channel).messageResponse else {
          Issue.record("no error for \(String(describing: question))")
          continue
        }
        #expect(error.errorCode == code.rawValue)
      }
    }
  }

  @Test(
    "Services, methods, messages, nested ones, enums and their values are found by name",
    arguments: [
      "grpc.health.v1.Health", "grpc.health.v1.Health.Watch", "grpc.health.v1.HealthCheckResponse",
      "grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc.health.v1.HealthCheckResponse.NOT_SERVING",
    ])
  func symbols(symbol: String) {
    #expect(DescriptorIndex.all.file(declaring: symbol) == "grpc/health/v1/health.proto")
  }

  @Test("Everything that every file imports is there")
  func complete() throws {
    for file in FileDescriptors.all {
      let imports = WireReader(file.bytes[...]).filter { $0.number == 3 }.map(\.text)
      let files = try #require(DescriptorIndex.all.files(startingWith: file.name))
      #expect(files.count >= 1 + imports.count, "\(file.name)")
    }
  }

  @Test("Damaged descriptors end the reading without a crash")
  func damaged() {
    let whole = FileDescriptors.all.first { $0.name == "grpc/health/v1/health.proto" }?.bytes ?? []
    #expect(!whole.isEmpty)
    for length in 0..<whole.count { _ = DescriptorIndex([Array(whole.prefix(length))]) }
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 0xff
      _ = DescriptorIndex([bytes])
    }
  }
}
