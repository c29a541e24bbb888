internal import Synchronization

/// The bounded queue of a `ComputePool`; it learns how long work takes, to tell when a deadline cannot be met.
final class WorkQueue: Sendable {
  /// Work; given the reason when it was not begun in time.
  typealias Work = @Sendable (ComputePool.Rejection?) -> Void

  private struct Entry {
    let deadline: ContinuousClock.Instant?
    let work: Work
  }
  private struct State {
    var entries: [Entry] = []
    var head = 0
    var closed = false
    /// Moving average of the seconds that a unit of work takes.
    var averageSeconds = 0.0
    var waiting: Int { entries.count - head }
  }

  private let threads: Int
  private let limit: Int
  private let state = Mutex(State())
  private let signal = Semaphore()

  init(threads: Int, limit: Int) {
    self.threads = threads
    self.limit = limit
  }

  var depth: Int { state.withLock { $0.waiting } }

  func add(deadline: ContinuousClock.Instant?, _ work: @escaping Work) throws(ComputePool.Rejection) {
    let refusal = state.withLock { state -> ComputePool.Rejection? in
      if state.closed { return .shutDown }
      let wait = Duration.seconds(state.averageSeconds * Double(state.waiting) / Double(threads))
      if state.waiting >= limit + threads { return .queueFull(retryAfter: max(wait, .milliseconds(10))) }
      if let deadline, ContinuousClock.now + wait >= deadline { return .deadlineTooClose(retryAfter: wait) }
      state.entries.append(Entry(deadline: deadline, work: work))
      return nil
    }
    if let refusal { throw refusal }
    signal.post()
  }

  /// The next unit of work, awaited on the calling thread; nil when the queue is closed and empty.
  func next() -> (() -> Void)? {
    signal.wait()
    let entry = state.withLock { state -> Entry? in
      guard state.waiting > 0 else { return nil }
      let entry = state.entries[state.head]
      state.head += 1
      if state.head == state.entries.count || state.head > 1024 {
        state.entries.removeFirst(state.head)
        state.head = 0
      }
      return entry
    }
    guard let entry else { return nil }
    return { self.perform(entry) }
  }

  func close() {
    state.withLock { $0.closed = true }
    for _ in 0..<threads { signal.post() }
  }

  private func perform(_ entry: Entry) {
    let begin = ContinuousClock.now
    if let deadline = entry.deadline, begin >= deadline {
      return entry.work(.deadlineTooClose(retryAfter: .zero))
    }
    entry.work(nil)
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    state.withLock { $0.averageSeconds += ($0.averageSeconds == 0 ? 1 : 0.1) * (seconds - $0.averageSeconds) }
  }
}
