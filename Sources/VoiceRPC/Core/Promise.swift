internal import Synchronization

/// A value that arrives once and that any number of tasks await.
///
/// Awaiting does not end early when the task is cancelled: what fulfils the promise does so on cancellation too.
final class Promise<Value: Sendable>: Sendable {
  private enum State {
    /// Not there yet. Can turn into `fulfilled`.
    case awaited([CheckedContinuation<Value, Never>])
    /// There for good.
    case fulfilled(Value)
  }

  private let state = Mutex(State.awaited([]))

  /// Gives the value to everyone who awaits it; a second value is ignored.
  func fulfil(_ value: Value) {
    let waiters = state.withLock { state -> [CheckedContinuation<Value, Never>] in
      guard case .awaited(let waiters) = state else { return [] }
      state = .fulfilled(value)
      return waiters
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let value = state.withLock { state -> Value? in
        switch state {
        case .fulfilled(let value): return value
        case .awaited(let waiters):
          state = .awaited(waiters + [continuation])
          return nil
        }
      }
      if let value { continuation.resume(returning: value) }
    }
  }
}
