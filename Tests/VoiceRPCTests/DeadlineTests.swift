import Synchronization
import Testing
import VoiceMessages
@testable import VoiceRPC

@Suite("Deadlines", .timeLimit(.minutes(1)))
struct DeadlineTests {
  @Test("A call that takes too long fails in time, and its handler is cancelled")
  func tooLong() async throws {
    let entries = Mutex(0)
    let cancelled = Event()
    let service = EchoService(say: { note, _ in
      entries.withLock { $0 += 1 }
      await withTaskCancellationHandler { await Event().wait() } onCancel: { cancelled.happen() }
      return note
    })
    try await withServer([service]) { _, channel in
      // On a busy machine the first calls may not come as far as the handler in time.
      while entries.withLock({ $0 }) == 0 {
        let error = await rpcError {
          _ = try await channel.call(Echo.say, Note(), options: CallOptions(deadline: .after(.milliseconds(100))))
        }
        #expect(error?.code == .deadlineExceeded)
      }
      await cancelled.wait()
    }
  }

  @Test("The handler knows how long the caller waits")
  func known() async throws {
    let service = EchoService(say: { _, context in
      Note("\(context.deadline.remaining.map { $0 > .seconds(50) && $0 <= .seconds(60) } ?? false)")
    })
    try await withServer([service]) { _, channel in
      let options = CallOptions(deadline: .after(.seconds(60)))
      let answer = try await channel.call(Echo.say, Note(), options: options)
      #expect(answer.message == "true")
    }
  }

  @Test("A call without a deadline has none")
  func none() async throws {
    let service = EchoService(say: { _, context in Note("\(context.deadline == .never)") })
    try await withServer([service]) { _, channel in
      let answer = try await channel.call(Echo.say, Note())
      #expect(answer.message == "true")
    }
  }

  @Test("A deadline that has passed fails at once", arguments: [Duration.zero, .milliseconds(-1), .seconds(-3600)])
  func passed(offset: Duration) async throws {
    try await withServer { _, channel in
      let error = await rpcError {
        _ = try await channel.call(Echo.say, Note(), options: CallOptions(deadline: .after(offset)))
      }
      #expect(error?.code == .deadlineExceeded)
    }
  }

  @Test("A call made for another one inherits its deadline and chosen metadata")
  func inherited() async throws {
    try await withServer { _, inner in
      let service = EchoService(say: { _, _ in
        let options = CallOptions.inheriting(["traceparent"], timeout: .seconds(3600))
        #expect(options.metadata["traceparent"] == "00-aa-bb-01")
        #expect(options.metadata["x-private"] == nil)
        #expect(options.deadline.remaining.map { $0 <= .seconds(30) } == true)
        return try await inner.call(Echo.say, Note("inner"), options: options)
      })
      try await withServer([service]) { _, outer in
        let options = CallOptions(
          metadata: ["traceparent": "00-aa-bb-01", "x-private": "1"], deadline: .after(.seconds(30)))
        let answer = try await outer.call(Echo.say, Note(), options: options)
        #expect(answer.message == "inner")
      }
    }
  }

  @Test("The earlier of two deadlines counts")
  func order() {
    let soon = Deadline.after(.seconds(1))
    let late = Deadline.after(.seconds(2))
    #expect(min(soon, late) == soon)
    #expect(min(.never, late) == late)
    #expect(!(Deadline.never < Deadline.never))
  }

  @Test("A time becomes milliseconds that are not shorter")
  func milliseconds() {
    #expect(Duration.microseconds(1).milliseconds == 1)
    #expect(Duration.milliseconds(1500).milliseconds == 1500)
    #expect(Duration.zero.milliseconds == 0)
    #expect(Duration.seconds(Int64.max).milliseconds == .max)
  }
}
