internal import Glibc

/// How long a thread waits for the server, and what may end the wait early.
struct Patience {
  /// When the wait ends at the latest.
  var deadline: ContinuousClock.Instant?
  /// Whether nobody waits for the answer any more; asked again whenever `Wake` has signalled.
  var isCancelled: () -> Bool = { false }

  /// A wait that only the clock ends.
  static func atMost(_ duration: Duration) -> Patience { Patience(deadline: .now + duration) }

  /// One of `count` equal parts of the time that is left, from now on.
  func share(of count: Int) -> Patience {
    Patience(deadline: deadline.map { .now + ($0 - .now) / count }, isCancelled: isCancelled)
  }

  /// Milliseconds for `poll`; -1 waits for ever.
  func remainingMilliseconds() throws -> Int32 {
    if isCancelled() { throw CancellationError() }
    guard let deadline else { return -1 }
    let left = deadline - .now
    guard left > .zero else { throw PostgresError(.deadlineExceeded, "the database did not answer in time") }
    // Rounded up, or the last millisecond would be spent polling.
    return Int32(min(left / .milliseconds(1) + 1, 1_000_000))
  }
}
