internal import Synchronization

/// The bounded queue of a `ComputePool`; it learns how long work takes, to tell when a deadline cannot be met.
final class WorkQueue: Sendable {
  /// Work; given the reason when it was not begun in time.
  typealias Work = @Sendable (ComputePool.Rejection?) -> Void

  private struct Entry {
    let deadline: ContinuousClock.Instant?
    let arrival: ContinuousClock.Instant
    let work: Work
  }
  private struct State {
    var entries: [Entry] = []
    var head = 0
    var closed = false
    /// Moving average of the seconds that a unit of work takes.
    var averageSeconds = 0.0
    var counts = ComputePool.Counts()
    /// When those began that are being worked on, to count them before they end.
    var running: [ContinuousClock.Instant] = []
    var waiting: Int { entries.count - head }
  }

  /// How much longer than the average says waiting is taken to be: answers that come too late are work for nothing.
  private static let reserve = 1.25

  private let threads: Int
  private let limit: Int
  private let observer: ComputePool.Observer?
  private let state = Mutex(State())
  private let signal = Semaphore()

  init(threads: Int, limit: Int, observer: ComputePool.Observer?) {
    self.threads = threads
    self.limit = limit
    self.observer = observer
  }

  var depth: Int { state.withLock { $0.waiting } }

  var counts: ComputePool.Counts {
    state.withLock { state in
      var counts = state.counts
      (counts.waiting, counts.running) = (state.waiting, state.running.count)
      for begin in state.running { counts.busy += ContinuousClock.now - begin }
      return counts
    }
  }

  func add(deadline: ContinuousClock.Instant?, _ work: @escaping Work) throws(ComputePool.Rejection) {
    let now = ContinuousClock.now
    let refusal = state.withLock { state -> ComputePool.Rejection? in
      if state.closed { return .shutDown }
      let wait = Duration.seconds(state.averageSeconds * Double(state.waiting) / Double(threads))
      if state.waiting >= limit + threads {
        state.counts.refusedByLimit += 1
        return .queueFull(retryAfter: max(wait, .milliseconds(10)))
      }
      // The answer has to be there by then, which takes the work itself and a share for what comes behind it. Where
      // nothing waits the average may be of quite other work, and only doing it teaches another: it is let in.
      let needed = state.waiting == 0 ? .zero : wait * Self.reserve + .seconds(state.averageSeconds)
      if let deadline, now + needed >= deadline {
        state.counts.refusedByDeadline += 1
        return .deadlineTooClose(retryAfter: wait)
      }
      state.entries.append(Entry(deadline: deadline, arrival: now, work: work))
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
      state.withLock { $0.counts.refusedByDeadline += 1 }
      return entry.work(.deadlineTooClose(retryAfter: .zero))
    }
    state.withLock { $0.running.append(begin) }
    entry.work(nil)
    let time = ContinuousClock.now - begin
    let seconds = time / .seconds(1)
    state.withLock { state in
      state.averageSeconds += (state.averageSeconds == 0 ? 1 : 0.1) * (seconds - state.averageSeconds)
      state.counts.busy += time
      if let place = state.running.firstIndex(of: begin) { state.running.remove(at: place) }
    }
    observer?(begin - entry.arrival, time)
  }
}
