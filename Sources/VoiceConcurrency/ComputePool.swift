internal import Synchronization

/// Threads of its own for computing, so that nothing ever blocks Swift's cooperative pool.
///
/// One unit of work runs on one thread from beginning to end. The queue is bounded: work that could not be begun before
/// its deadline is refused at once rather than late.
package final class ComputePool: Sendable {
  /// Why work was refused; it was not begun.
  package enum Rejection: Error, Sendable, Hashable {
    /// The queue is full; a place may be free after the delay.
    case queueFull(retryAfter: Duration)
    /// The deadline would pass, or has passed, before the work could begin.
    case deadlineTooClose(retryAfter: Duration)
    /// The pool is shutting down.
    case shutDown
  }

  /// What became of the work that a pool was given, until now.
  package struct Counts: Sendable, Hashable {
    /// Units of work that wait for a thread.
    package var waiting = 0
    /// Units of work that are being done.
    package var running = 0
    /// Time that all threads together have worked.
    package var busy: Duration = .zero
    /// Units of work that were refused as the queue was full.
    package var refusedByLimit = 0
    /// Units of work that were refused as their deadline was too close.
    package var refusedByDeadline = 0
  }

  /// Told on the thread how long a unit of work waited and how long it took.
  package typealias Observer = @Sendable (_ waited: Duration, _ worked: Duration) -> Void

  /// Number of threads.
  package let threadCount: Int
  /// Units of work that may wait, besides those that every thread is about to take.
  package let queueLimit: Int
  private let queue: WorkQueue
  private let threads: [WorkerThread]

  /// A pool of `threads` threads (at least 1) whose queue holds at most `queueLimit` waiting units of work.
  ///
  /// With a `niceness` above 0 (at most 19) other threads come first where cores are few.
  /// `observer` is told of every unit of work that was done.
  package init(
    name: String, threads count: Int, queueLimit: Int, niceness: Int32 = 0, observer: Observer? = nil
  ) {
    precondition(count > 0 && queueLimit >= 0, "ComputePool: \(count) threads, queue of \(queueLimit)")
    (threadCount, self.queueLimit) = (count, queueLimit)
    let queue = WorkQueue(threads: count, limit: queueLimit, observer: observer)
    self.queue = queue
    threads = (0..<count).map { index in
      WorkerThread(name: "\(name)-\(index)", niceness: niceness) { while let work = queue.next() { work() } }
    }
  }

  /// Units of work that wait for a thread now.
  package var queueDepth: Int { queue.depth }

  /// What became of the work until now.
  package var counts: Counts { queue.counts }

  /// Runs `work` on one of the threads and gives its result.
  ///
  /// Throws `Rejection` when it is not begun, `CancellationError` when the task is cancelled before it begins, and
  /// whatever `work` throws. Work that has begun is not interrupted: it may look at the `CancellationFlag`.
  package func run<Result: Sendable>(
    deadline: ContinuousClock.Instant? = nil, _ work: @escaping @Sendable (CancellationFlag) throws -> Result
  ) async throws -> Result {
    let ticket = Ticket<Result>()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        ticket.wait(with: continuation)
        do {
          try queue.add(deadline: deadline) { expired in
            if let expired { ticket.finish(.failure(expired)) } else { ticket.perform(work) }
          }
        } catch { ticket.finish(.failure(error)) }
      }
    } onCancel: {
      ticket.cancel()
    }
  }

  /// Refuses new work, finishes what waits and ends the threads.
  package func shutDown() async {
    queue.close()
    for thread in threads { await thread.ended() }
  }
}

/// Tells work that has begun whether anybody still waits for it.
package final class CancellationFlag: Sendable {
  private let cancelled = Atomic<Bool>(false)

  /// A flag that is down.
  package init() {}

  /// Whether the task that waits was cancelled.
  package var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Raises the flag.
  package func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// Throws `CancellationError` when the flag is up.
  package func check() throws { if isCancelled { throw CancellationError() } }
}

/// One caller's wait: answered exactly once, by the work, by a refusal or by cancellation.
private final class Ticket<Value: Sendable>: Sendable {
  private enum State {
    case idle(cancelled: Bool)
    case waiting(CheckedContinuation<Value, any Error>)
    case running(CheckedContinuation<Value, any Error>)
    case done
  }
  private let state = Mutex<State>(.idle(cancelled: false))
  private let flag = CancellationFlag()

  func wait(with continuation: CheckedContinuation<Value, any Error>) {
    let cancelled = state.withLock { state -> Bool in
      if case .idle(cancelled: true) = state {
        state = .done
        return true
      }
      state = .waiting(continuation)
      return false
    }
    if cancelled { continuation.resume(throwing: CancellationError()) }
  }

  func perform(_ work: (CancellationFlag) throws -> Value) {
    let begin = state.withLock { state -> Bool in
      guard case .waiting(let continuation) = state else { return false }
      state = .running(continuation)
      return true
    }
    if begin { finish(Result { try work(flag) }) }
  }

  func finish(_ result: Result<Value, any Error>) {
    let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
      defer { state = .done }
      switch state {
      case .waiting(let continuation), .running(let continuation): return continuation
      case .idle, .done: return nil
      }
    }
    continuation?.resume(with: result)
  }

  /// Before the work began the wait ends here; afterwards the work is told and its result still awaited.
  func cancel() {
    flag.cancel()
    let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
      switch state {
      case .idle:
        state = .idle(cancelled: true)
        return nil
      case .waiting(let continuation):
        state = .done
        return continuation
      case .running, .done: return nil
      }
    }
    continuation?.resume(throwing: CancellationError())
  }
}
