import Testing
@testable import VoiceMessages
import VoiceRPC

@Suite("Cancellation", .timeLimit(.minutes(1)))
struct CancellationTests {
  @Test("Cancelling the caller's task cancels the handler's")
  func callerGivesUp() async throws {
    let entered = Event()
    let cancelled = Event()
    let service = EchoService(say: { note, context in
      entered.happen()
      await withTaskCancellationHandler { await Event().wait() } onCancel: { cancelled.happen() }
      #expect(context.isCancelled)
      return note
    })
    try await withServer([service]) { _, channel in
      let caller = Task { try await channel.call(Echo.say, Note()) }
      await entered.wait()
      caller.cancel()
      let error = await rpcError { _ = try await caller.value }
      #expect(error?.code == .cancelled)
      await cancelled.wait()
    }
  }

  @Test("A task that is cancelled before it calls gets CANCELLED")
  func cancelledBefore() async throws {
    try await withServer { _, channel in
      let started = Event()
      let caller = Task {
        await started.wait()
        return try await channel.call(Echo.say, Note())
      }
      caller.cancel()
      started.happen()
      let error = await rpcError { _ = try await caller.value }
      #expect(error?.code == .cancelled)
    }
  }

  @Test("Cancellation goes on to calls that the handler makes")
  func acrossServers() async throws {
    let entered = Event()
    let cancelled = Event()
    let last = EchoService(say: { note, _ in
      entered.happen()
      await withTaskCancellationHandler { await Event().wait() } onCancel: { cancelled.happen() }
      return note
    })
    try await withServer([last]) { _, inner in
      let first = EchoService(say: { note, _ in try await inner.call(Echo.say, note, options: .inheriting()) })
      try await withServer([first]) { _, outer in
        let caller = Task { try await outer.call(Echo.say, Note()) }
        await entered.wait()
        caller.cancel()
        await cancelled.wait()
        let error = await rpcError { _ = try await caller.value }
        #expect(error?.code == .cancelled)
      }
    }
  }

  @Test("A caller that goes before it has sent its request is not served, and leaves nothing behind")
  func beforeTheRequest() async throws {
    let service = EchoService(say: { note, _ in
      Issue.record("a call without its request is served")
      return note
    })
    try await withServer([service]) { server, channel in
      let caller = Task {
        try await channel.call(ClientStreamingMethod<Note, Note>(Echo.say.path)) { _ in
          await Event().wait()
          try Task.checkCancellation()
        }
      }
      while server.activeCalls == 0 { await Task.yield() }
      caller.cancel()
      await #expect(throws: (any Error).self) { try await caller.value }
      while server.activeCalls > 0 { await Task.yield() }
    }
  }

  @Test("Half a stream of a caller that gave up is not taken for a whole one")
  func halfStream() async throws {
    let entered = Event()
    let (outcomes, outcome) = AsyncStream.makeStream(of: String.self)
    let service = EchoService(join: { notes, _ in
      do {
        var count = 0
        for try await _ in notes {
          count += 1
          entered.happen()
        }
        outcome.yield("whole: \(count)")
      } catch is CancellationError {
        outcome.yield("cancelled")
      }
      return Note()
    })
    try await withServer([service]) { _, channel in
      let caller = Task {
        try await channel.call(Echo.join) { requests in
          try await requests.write(Note("first"))
          await Event().wait()
          try Task.checkCancellation()
        }
      }
      await entered.wait()
      caller.cancel()
      for await outcome in outcomes {
        #expect(outcome == "cancelled")
        break
      }
      await #expect(throws: (any Error).self) { try await caller.value }
    }
  }

  @Test("Dropping a stream of responses ends its handler")
  func droppedStream() async throws {
    let ended = Event()
    let service = EchoService(split: { note, responses, _ in
      defer { ended.happen() }
      while true { try await responses.write(note) }
    })
    try await withServer([service]) { _, channel in
      for try await note in try channel.call(Echo.split, Note("endless")) {
        #expect(note.message == "endless")
        break
      }
      await ended.wait()
    }
  }

  @Test("Leaving a two-way call ends its handler")
  func leftConversation() async throws {
    let ended = Event()
    let service = EchoService(chat: { notes, responses, _ in
      defer { ended.happen() }
      for try await note in notes { try await responses.write(note) }
    })
    try await withServer([service]) { _, channel in
      let answer = try await channel.call(Echo.chat) { requests, responses in
        try await requests.write(Note("only"))
        return try await responses.first { _ in true }
      }
      #expect(answer?.message == "only")
      await ended.wait()
    }
  }
}
