import Synchronization
import Testing
import VoiceConcurrency

@Suite struct ReadAheadTests {
  private struct Broken: Error {}

  @Test("What was read before the source broke is given, then the break; not more waits than the limit")
  func givesWhatCame() async throws {
    let reads = Mutex(0)
    let most = Mutex(0)
    let taken = Mutex<[Int]>([])
    await #expect(throws: Broken.self) {
      try await ReadAhead<Int>.over(limit: 3) {
        let read = reads.withLock { count in
          count += 1
          return count
        }
        let waiting = read - taken.withLock { $0.count }
        most.withLock { $0 = max($0, waiting) }
        guard read <= 20 else { throw Broken() }
        return read
      } _: { elements in
        while let element = try await elements.next() {
          taken.withLock { $0.append(element) }
          await Task.yield()
        }
      }
    }
    #expect(taken.withLock { $0 } == Array(1...20))
    // One that is being taken does not wait any more, and has not been counted as taken yet.
    #expect(most.withLock { $0 } <= 4)
  }

  @Test("A taker that ends early ends the reading, and cancelling the caller ends neither", .timeLimit(.minutes(1)))
  func ends() async throws {
    let first = try await ReadAhead<Int>.over(limit: 1) {
      1
    } _: { elements in
      try await elements.next()
    }
    #expect(first == 1)
    let sum = Task {
      while !Task.isCancelled { await Task.yield() }
      let left = Mutex(5)
      return try await ReadAhead<Int>.over(limit: 2) {
        try Task.checkCancellation()
        return left.withLock { left in
          left -= 1
          return left >= 0 ? 1 : nil
        }
      } _: { elements in
        var sum = 0
        while let element = try await elements.next() { sum += element }
        return sum
      }
    }
    sum.cancel()
    #expect(try await sum.value == 5)
  }
}
