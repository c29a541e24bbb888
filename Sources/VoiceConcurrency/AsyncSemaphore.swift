internal import Synchronization

/// Permits that tasks wait for in the order they came, without blocking a thread.
///
/// With one permit it is a lock that may be held across suspensions.
package final class AsyncSemaphore: Sendable {
  /// The deadline passed before a permit was free.
  package struct TimedOut: Error, Sendable, Hashable {
    /// The one value.
    package init() {}
  }

  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }
  private struct State {
    var permits: Int
    var waiters: [Waiter] = []
    var nextID: UInt64 = 0
    /// Waits that were cancelled before they had begun.
    var cancelledEarly: Set<UInt64> = []
  }
  private let state: Mutex<State>

  /// A semaphore of `permits` permits (at least 1).
  package init(permits: Int) {
    precondition(permits > 0, "AsyncSemaphore: \(permits) permits")
    state = Mutex(State(permits: permits))
  }

  /// Permits that are free now, and tasks that wait for one.
  package var usage: (free: Int, waiting: Int) { state.withLock { ($0.permits, $0.waiters.count) } }

  /// Runs `body` with a permit. Throws `TimedOut`, `CancellationError` and what `body` throws.
  package func withPermit<Result: Sendable>(
    deadline: ContinuousClock.Instant? = nil, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    try await acquire(deadline: deadline)
    defer { release() }
    return try await body()
  }

  /// Waits for a permit, which `release` must give back. Throws `TimedOut` or `CancellationError` without one.
  package func acquire(deadline: ContinuousClock.Instant? = nil) async throws {
    let immediately = state.withLock { state -> Bool in
      guard state.permits > 0 else { return false }
      state.permits -= 1
      return true
    }
    if immediately { return }
    let acquired: Bool
    if let deadline { acquired = await wait(until: deadline) } else { acquired = await wait() }
    if acquired { return }
    try Task.checkCancellation()
    throw TimedOut()
  }

  /// Gives a permit back, to the task that has waited longest if there is one.
  package func release() {
    let next = state.withLock { state -> Waiter? in
      if state.waiters.isEmpty {
        state.permits += 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    next?.continuation.resume(returning: true)
  }

  /// A wait against the clock: whichever ends first ends the other, and a permit that still came in is used.
  private func wait(until deadline: ContinuousClock.Instant) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { await self.wait() }
      group.addTask {
        // Cut short by cancellation it has said what it had to say: the other wait is over.
        do { try await Task.sleep(until: deadline, clock: .continuous) } catch {}
        return false
      }
      var acquired = false
      for await result in group {
        acquired = acquired || result
        group.cancelAll()
      }
      return acquired
    }
  }

  /// True with a permit, false when the task was cancelled.
  private func wait() async -> Bool {
    let id = state.withLock { state -> UInt64 in
      state.nextID += 1
      return state.nextID
    }
    let acquired = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.cancelledEarly.remove(id) != nil { return false }
          if state.permits > 0 {
            state.permits -= 1
            return true
          }
          state.waiters.append(Waiter(id: id, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      cancel(id)
    }
    // A cancellation that came when the wait was over left its mark behind.
    _ = state.withLock { $0.cancelledEarly.remove(id) }
    return acquired
  }

  private func cancel(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
        state.cancelledEarly.insert(id)
        return nil
      }
      return state.waiters.remove(at: index)
    }
    waiter?.continuation.resume(returning: false)
  }
}
