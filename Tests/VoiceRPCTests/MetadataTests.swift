import Testing
import VoiceMessages
import VoiceRPC

@Suite("Metadata", .timeLimit(.minutes(1)))
struct MetadataTests {
  @Test("Metadata goes both ways, before and after the messages, in text and bytes")
  func bothWays() async throws {
    let service = EchoService(say: { note, context in
      var early = Metadata()
      early["x-early"] = context.metadata["x-text"]
      try context.addResponseMetadata(early)
      var late = Metadata()
      late.add("x-late-bin", bytes: context.metadata.bytes("x-data-bin") ?? [])
      try context.addTrailers(late)
      return note
    })
    try await withServer([service]) { _, channel in
      var sent: Metadata = ["X-Text": "plain", "x-twice": "1"]
      sent.add("x-twice", "2")
      sent.add("x-data-bin", bytes: [0, 255, 10])
      let response = try await channel.callForResponse(Echo.say, Note("hello"), options: CallOptions(metadata: sent))
      #expect(response.metadata["x-early"] == "plain")
      #expect(response.trailers.bytes("x-late-bin") == [0, 255, 10])
    }
  }

  @Test("A key keeps all of its values")
  func severalValues() async throws {
    let service = EchoService(say: { _, context in Note(context.metadata.all("x-twice").joined(separator: "+")) })
    try await withServer([service]) { _, channel in
      var sent = Metadata()
      sent.add("x-twice", "1")
      sent.add("x-twice", "2")
      let answer = try await channel.call(Echo.say, Note(), options: CallOptions(metadata: sent))
      #expect(answer.message == "1+2")
    }
  }

  @Test("Metadata around a stream arrives")
  func aroundStreams() async throws {
    let service = EchoService(split: { note, responses, context in
      try context.addResponseMetadata(["x-early": "e"])
      try await responses.write(note)
      try context.addTrailers(["x-late": "l"])
    })
    try await withServer([service]) { _, channel in
      let stream = try channel.call(Echo.split, Note("one"))
      #expect(await stream.metadata["x-early"] == "e")
      for try await note in stream { #expect(note.message == "one") }
      #expect(await stream.trailers["x-late"] == "l")
    }
  }

  @Test(
    "Illegal metadata is refused with its key before anything is sent",
    arguments: [("x y", "1"), ("", "1"), ("grpc-timeout", "1S"), (":path", "/"), ("x-name", "é"), ("x-name", "a\nb")])
  func illegal(key: String, value: String) async throws {
    var metadata = Metadata()
    metadata.add(key, value)
    try await withServer { _, channel in
      let options = CallOptions(metadata: metadata)
      let error = await rpcError { _ = try await channel.call(Echo.say, Note(), options: options) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("\"\(key)\"") == true)
    }
  }

  @Test("Setting a key replaces its values and nil removes them")
  func subscripting() {
    var metadata: Metadata = ["a": "1", "b": "2"]
    metadata.add("a", "3")
    metadata["A"] = "4"
    #expect(metadata.all("a") == ["4"])
    metadata["b"] = nil
    #expect(metadata.entries.map(\.key) == ["a"])
  }
}
