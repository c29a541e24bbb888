internal import Synchronization

/// Tells any number of listeners that something changed, without saying what: they look for themselves.
package final class News: Sendable {
  private struct State {
    var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var nextID: UInt64 = 0
    var isFinished = false
  }
  private let state = Mutex(State())

  /// Nothing has happened yet.
  package init() {}

  /// Whether `finish` was called.
  package var isFinished: Bool { state.withLock { $0.isFinished } }

  /// A stream that gives one element at once and one after every change; changes that nobody looked at count once.
  package func subscribe() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state -> UInt64? in
      if state.isFinished { return nil }
      state.nextID += 1
      state.listeners[state.nextID] = continuation
      return state.nextID
    }
    if let id {
      continuation.onTermination = { [weak self] _ in self?.forget(id) }
      continuation.yield()
    } else {
      continuation.finish()
    }
    return stream
  }

  /// Tells every listener that something changed.
  package func publish() {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.yield() }
  }

  /// Ends every stream; those to come end at once.
  package func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  private func forget(_ id: UInt64) { _ = state.withLock { $0.listeners.removeValue(forKey: id) } }
}
