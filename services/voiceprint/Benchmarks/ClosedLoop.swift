/// Keeps a number of calls in flight: the next begins when one has ended. It finds the most that a service can do, and
/// says nothing of latency.
struct ClosedLoop: Sendable {
  /// Calls that were answered and how long that took in all.
  struct Calls: Sendable {
    var count: Int
    var seconds: Double
    var perSecond: Double { Double(count) / seconds }
  }

  let inFlight: Int

  /// Makes the same call again and again; the calls in flight at the end are waited for and counted. Throws the first
  /// error.
  func run(for duration: Duration, _ call: @escaping @Sendable () async throws -> Void) async throws -> Calls {
    let begin = ContinuousClock.now
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<inFlight {
        group.addTask {
          var count = 0
          while ContinuousClock.now - begin < duration {
            try await call()
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    return Calls(count: count, seconds: (ContinuousClock.now - begin) / .seconds(1))
  }
}
