import Testing
import VoiceConcurrency
import VoiceRPC
import VoiceRecognition
import VoiceServiceKit

@Suite("Computing for a call", .timeLimit(.minutes(1)))
struct ComputeTests {
  /// Work that says when it has begun and goes on until it is cancelled.
  private static func occupy(_ pool: ComputePool) async -> Task<Void, any Error> {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let work = Task {
      try await pool.compute { cancelled in
        begin.yield()
        while !cancelled.isCancelled {}
      }
    }
    for await _ in begun { break }
    return work
  }

  @Test("A full queue is RESOURCE_EXHAUSTED with a delay after which to try again")
  func fullQueue() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 0)
    let busy = await Self.occupy(pool)
    let waiting = Task { try await pool.compute { _ in 2 } }  // the place that the one thread frees next
    while pool.queueDepth == 0 { await Task.yield() }
    let refusal = await error(RecognitionError.self) { _ = try await pool.compute { _ in 1 } }
    #expect(refusal?.code == .resourceExhausted && refusal?.reason == "QUEUE_FULL")
    #expect(try #require(refusal?.retryAfter) > .zero)
    busy.cancel()
    #expect(try await waiting.value == 2)
    _ = await busy.result
    await pool.shutDown()
  }

  @Test("Work that cannot begin before the call's deadline is refused, and a pool that is shut down says so")
  func lateWork() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 10)
    let late = CallContext(method: "/a.B/C", deadline: .after(.seconds(-1)))
    let refusal = await CallContext.$current.withValue(late) {
      await error(RecognitionError.self) { _ = try await pool.compute { _ in 1 } }
    }
    #expect(refusal?.code == .resourceExhausted && refusal?.reason == "DEADLINE_TOO_CLOSE")
    #expect(try await pool.compute { _ in 7 } == 7)
    await pool.shutDown()
    let closed = await error(RecognitionError.self) { _ = try await pool.compute { _ in 1 } }
    #expect(closed?.code == .unavailable)
  }
}
