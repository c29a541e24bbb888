import Testing
import VoiceConcurrency

@Suite struct AsyncSemaphoreTests {
  @Test("Who waits longest gets the permit")
  func order() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    let order = Recorder()
    try await semaphore.acquire()
    let tasks = (0..<5).map { index in
      // Immediate tasks run on this thread up to their first suspension, which is the wait.
      Task.immediate {
        try await semaphore.withPermit { await order.add(index) }
      }
    }
    semaphore.release()
    for task in tasks { try await task.value }
    #expect(await order.values == [0, 1, 2, 3, 4])
  }

  @Test("A wait ends at its deadline and takes no permit with it")
  func deadline() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    try await semaphore.acquire()
    await #expect(throws: AsyncSemaphore.TimedOut.self) {
      try await semaphore.acquire(deadline: .now + .milliseconds(5))
    }
    semaphore.release()
    try await semaphore.acquire(deadline: .now + .seconds(60))
  }

  @Test("A cancelled wait ends at once and takes no permit with it")
  func cancellation() async throws {
    let semaphore = AsyncSemaphore(permits: 1)
    try await semaphore.acquire()
    let waiting = Task.immediate { try await semaphore.acquire() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    semaphore.release()
    try await semaphore.acquire(deadline: .now + .seconds(60))
  }

  @Test("No permit is lost or doubled when many tasks wait, give up and time out")
  func stress() async throws {
    let semaphore = AsyncSemaphore(permits: 3)
    let inside = Recorder()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<300 {
        group.addTask {
          let deadline: ContinuousClock.Instant? = index % 3 == 0 ? .now + .microseconds(index) : nil
          let task = Task {
            try await semaphore.withPermit(deadline: deadline) {
              await inside.enter()
              await Task.yield()
              await inside.leave()
            }
          }
          if index % 5 == 0 { task.cancel() }
          _ = await task.result
        }
      }
    }
    #expect(await inside.most <= 3)
    for _ in 0..<3 { try await semaphore.acquire(deadline: .now + .seconds(60)) }
  }
}

private actor Recorder {
  var values: [Int] = []
  var now = 0
  var most = 0
  func add(_ value: Int) { values.append(value) }
  func enter() {
    now += 1
    most = max(most, now)
  }
  func leave() { now -= 1 }
}
