import Dispatch
import Foundation
import Synchronization
import Testing
import VoiceConcurrency

@Suite("Compute pool")
struct ComputePoolTests {
  @Test("Work runs and its result or error comes back")
  func results() async throws {
    let pool = ComputePool(name: "test", threads: 2, queueLimit: 8)
    #expect(try await pool.run { _ in 6 * 7 } == 42)
    struct Broken: Error {}
    await #expect(throws: Broken.self) { try await pool.run { _ in throw Broken() } }
    await pool.shutDown()
    await #expect(throws: ComputePool.Rejection.shutDown) { try await pool.run { _ in } }
  }

  @Test("No more units of work run at once than there are threads")
  func bounded() async throws {
    let pool = ComputePool(name: "test", threads: 2, queueLimit: 1000)
    let (running, most) = (Shared(0), Shared(0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await pool.run { _ in
            let now = running.add(1)
            most.raise(to: now)
            running.add(-1)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(most.value >= 1 && most.value <= 2)
    await pool.shutDown()
  }

  @Test("A full queue refuses at once and says when to come back")
  func full() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 0)
    let (begun, release) = (Gate(), Gate())
    async let first: Void = pool.run { _ in
      begun.open()
      release.holdThread()
    }
    await begun.opened()
    async let second: Void = pool.run { _ in }  // the place that the one thread frees next
    while pool.queueDepth < 1 { await Task.yield() }
    do {
      try await pool.run { _ in }
      Issue.record("a third unit of work was taken")
    } catch ComputePool.Rejection.queueFull(let retryAfter) {
      #expect(retryAfter > .zero)
    }
    release.open()
    _ = try await (first, second)
    await pool.shutDown()
  }

  @Test("Work whose deadline has passed is refused and never begun")
  func deadline() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 4)
    let begun = Shared(0)
    do {
      try await pool.run(deadline: .now - .seconds(1)) { _ in begun.add(1) }
      Issue.record("late work was taken")
    } catch ComputePool.Rejection.deadlineTooClose {}
    #expect(begun.value == 0)
    await pool.shutDown()
  }

  @Test("Work whose answer would come too late behind what waits is refused; where nothing waits it is done")
  func lateAnswer() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 4)
    // It learns that work takes 0.2 s at least.
    try await pool.run { _ in Thread.sleep(forTimeInterval: 0.2) }
    // Nothing waits: whether it still takes so long is not known.
    try await pool.run(deadline: .now + .milliseconds(150)) { _ in Thread.sleep(forTimeInterval: 0.2) }
    let (begun, release) = (Gate(), Gate())
    async let running: Void = pool.run { _ in
      begun.open()
      release.holdThread()
    }
    await begun.opened()
    async let waiting: Void = pool.run { _ in }
    while pool.queueDepth < 1 { await Task.yield() }
    // It would begin after 0.2 s and end after 0.4 s.
    await #expect(throws: ComputePool.Rejection.self) {
      try await pool.run(deadline: .now + .milliseconds(300)) { _ in }
    }
    async let patient: Void = pool.run(deadline: .now + .seconds(60)) { _ in }
    release.open()
    _ = try await (running, waiting, patient)
    #expect(pool.counts.refusedByDeadline == 1)
    await pool.shutDown()
  }

  @Test("Cancelling the wait ends it, and work that runs is told")
  func cancellation() async throws {
    let pool = ComputePool(name: "test", threads: 1, queueLimit: 4)
    let (begun, release) = (Gate(), Gate())
    let running = Task {
      try await pool.run { flag in
        begun.open()
        release.holdThread()
        try flag.check()
      }
    }
    await begun.opened()
    let never = Shared(0)
    let waiting = Task { try await pool.run { _ in never.add(1) } }
    while pool.queueDepth < 1 { await Task.yield() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    running.cancel()
    release.open()
    await #expect(throws: CancellationError.self) { try await running.value }
    await pool.shutDown()
    #expect(never.value == 0)
  }
}

@Suite("Thread executor")
struct ThreadExecutorTests {
  actor Confined {
    private let executor = ThreadExecutor(name: "confined")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var count = 0
    func increment() -> Int {
      count += 1
      return count
    }
  }

  @Test("An actor on its own thread serialises its calls")
  func serial() async {
    let actor = Confined()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<500 { group.addTask { _ = await actor.increment() } }
    }
    #expect(await actor.increment() == 501)
  }
}

/// A number that several threads change.
final class Shared: Sendable {
  private let number: Mutex<Int>
  init(_ value: Int) { number = Mutex(value) }
  var value: Int { number.withLock { $0 } }
  @discardableResult func add(_ step: Int) -> Int { number.withLock { $0 += step; return $0 } }
  func raise(to value: Int) { number.withLock { $0 = max($0, value) } }
}

/// Something that threads and tasks wait for until it is opened; a task waits without holding a thread.
final class Gate: Sendable {
  private enum State {
    case closed([CheckedContinuation<Void, Never>])
    case open
  }
  private let state = Mutex<State>(.closed([]))
  private let semaphore = DispatchSemaphore(value: 0)

  func open() {
    let tasks = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      defer { state = .open }
      if case .closed(let tasks) = state { return tasks }
      return []
    }
    semaphore.signal()
    for task in tasks { task.resume() }
  }

  /// For the one thread that works.
  func holdThread() { semaphore.wait() }

  func opened() async {
    await withCheckedContinuation { task in
      let isOpen = state.withLock { state -> Bool in
        guard case .closed(let tasks) = state else { return true }
        state = .closed(tasks + [task])
        return false
      }
      if isOpen { task.resume() }
    }
  }
}
