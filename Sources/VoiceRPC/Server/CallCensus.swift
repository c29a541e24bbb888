internal import Synchronization

/// Counts what may still start operations on a server's queues: acceptors that wait for a call, and calls being
/// handled.
///
/// Acceptors are there from the start of the server to its shutdown, so the count comes to zero once, at the end.
final class CallCensus: Sendable {
  private struct Counts {
    var acceptors = 0
    var calls = 0
    /// Of the calls, those that the limit is for.
    var limitedCalls = 0
    /// Calls that were not taken, since the beginning.
    var refused = 0

    var isEmpty: Bool { acceptors == 0 && calls == 0 }
  }

  private let counts = Mutex(Counts())
  private let emptied = Promise<Void>()

  func acceptorBegins() { counts.withLock { $0.acceptors += 1 } }

  func acceptorEnds() {
    change { $0.acceptors -= 1 }
  }

  /// Counts a call; false, and not counted, when there are `limit` already. Without a limit it always is.
  func callBegins(limit: Int?) -> Bool {
    counts.withLock { counts in
      if let limit {
        guard counts.limitedCalls < limit else {
          counts.refused += 1
          return false
        }
        counts.limitedCalls += 1
      }
      counts.calls += 1
      return true
    }
  }

  func callEnds(limited: Bool) {
    change { counts in
      counts.calls -= 1
      if limited { counts.limitedCalls -= 1 }
    }
  }

  /// How many calls are being handled.
  var calls: Int { counts.withLock { $0.calls } }

  /// How many calls were not taken since the beginning.
  var refused: Int { counts.withLock { $0.refused } }

  /// Returns when everything counted has ended.
  func empty() async { await emptied.value() }

  private func change(_ body: (inout Counts) -> Void) {
    let isEmpty = counts.withLock { counts in
      body(&counts)
      return counts.isEmpty
    }
    if isEmpty { emptied.fulfil(()) }
  }
}
