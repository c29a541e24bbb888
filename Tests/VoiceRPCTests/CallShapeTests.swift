import Testing
import VoiceMessages
import VoiceRPC

@Suite("The four shapes of calls", .timeLimit(.minutes(1)))
struct CallShapeTests {
  @Test("One request gets one response")
  func unary() async throws {
    try await withServer { _, channel in
      let answer = try await channel.call(Echo.say, Note("bonjour"))
      #expect(answer.message == "bonjour")
    }
  }

  @Test("An empty message arrives as one")
  func emptyMessage() async throws {
    try await withServer { _, channel in
      let answer = try await channel.call(Echo.say, Note())
      #expect(answer == Note())
    }
  }

  @Test("A stream of responses arrives in order and ends")
  func serverStreaming() async throws {
    try await withServer { _, channel in
      var words: [String] = []
      for try await note in try channel.call(Echo.split, Note("un deux trois")) { words.append(note.message) }
      #expect(words == ["un", "deux", "trois"])
    }
  }

  @Test("A stream of requests gets one response")
  func clientStreaming() async throws {
    try await withServer { _, channel in
      let joined = try await channel.call(Echo.join) { requests in
        for word in ["un", "deux", "trois"] { try await requests.write(Note(word)) }
      }
      #expect(joined.message == "un deux trois")
    }
  }

  @Test("A stream without a request is one, too")
  func emptyClientStream() async throws {
    try await withServer { _, channel in
      let answer = try await channel.call(Echo.join) { _ in }
      #expect(answer.message == "")
    }
  }

  @Test("A server may answer before it has read all requests")
  func earlyAnswer() async throws {
    let service = EchoService(join: { notes, _ in
      var iterator = notes.makeAsyncIterator()
      return try await iterator.next() ?? Note()
    })
    try await withServer([service]) { _, channel in
      let answer = try await channel.call(Echo.join) { requests in
        while true { try await requests.write(Note("again")) }
      }
      #expect(answer.message == "again")
    }
  }

  @Test("Streams both ways take turns")
  func bidirectional() async throws {
    try await withServer { _, channel in
      let answers = try await channel.call(Echo.chat) { requests, responses in
        var answers: [String] = []
        var iterator = responses.makeAsyncIterator()
        for word in ["a", "b", "c"] {
          try await requests.write(Note(word))
          answers.append(try #require(try await iterator.next()).message)
        }
        try await requests.finish()
        #expect(try await iterator.next() == nil)
        return answers
      }
      #expect(answers == ["A", "B", "C"])
    }
  }

  @Test("Large messages survive, in as many pieces as they come")
  func largeMessage() async throws {
    let text = String(repeating: "voiceprint ", count: 500_000)
    try await withServer { _, channel in
      let answer = try await channel.call(Echo.say, Note(text))
      #expect(answer.message == text)
    }
  }

  @Test("A unix socket serves like a port")
  func unixSocket() async throws {
    var options = ServerOptions.quick
    options.address = "unix:/tmp/voiceprint-rpc-\(UInt64.random(in: 0...UInt64.max)).sock"
    let server = Server(options: options, services: [EchoService()])
    try server.start()
    #expect(try await Channel(options.address).call(Echo.say, Note("local")).message == "local")
    await server.shutdown(grace: .zero)
  }

  @Test("A name is resolved")
  func dnsTarget() async throws {
    var options = ServerOptions.quick
    options.address = "0.0.0.0:0"
    let server = Server(options: options, services: [EchoService()])
    let port = try server.start()
    #expect(try await Channel("dns:///localhost:\(port)").call(Echo.say, Note("name")).message == "name")
    await server.shutdown(grace: .zero)
  }

  @Test("64 callers at once all get their own answers, also over several queues", arguments: [1, 3])
  func concurrentCalls(queues: Int) async throws {
    var options = ServerOptions.quick
    options.completionQueues = queues
    try await withServer(options: options) { _, channel in
      let right = try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<64 {
          group.addTask {
            var right = 0
            for call in 0..<50 {
              let note = Note("\(caller).\(call)")
              if try await channel.call(Echo.say, note) == note { right += 1 }
            }
            return right
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(right == 64 * 50)
    }
  }

  @Test("A closed channel refuses calls and lets those in flight finish")
  func closedChannel() async throws {
    let gate = Gate()
    let service = EchoService(say: { note, _ in
      await gate.pass()
      return note
    })
    try await withServer([service]) { _, channel in
      async let inFlight = channel.call(Echo.say, Note("in flight"))
      await gate.reached()
      channel.close()
      let error = await rpcError { _ = try await channel.call(Echo.say, Note("late")) }
      #expect(error?.code == .unavailable)
      gate.open()
      let answer = try await inFlight
      #expect(answer.message == "in flight")
    }
  }
}
