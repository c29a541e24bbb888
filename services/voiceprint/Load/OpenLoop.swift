internal import Glibc
internal import VoiceConcurrency
internal import VoiceTensor

/// Begins calls at random moments (a Poisson process), whatever becomes of the earlier ones, as people do who know
/// nothing of each other.
///
/// A call's latency counts from the moment at which it was due: a service that stands still for a second is seen by all
/// calls of that second, not by the one that was under way (Tene's coordinated omission).
struct OpenLoop: Sendable {
  /// What became of a call.
  struct Call: Sendable {
    let kind: LoadMix.Kind
    /// When it was due, s since the beginning.
    let due: Double
    /// How long after that it was sent, ms: the generator's own lateness.
    let lateMilliseconds: Double
    /// From when it was due to its end, ms.
    let milliseconds: Double
    /// Why it failed, a status code; nil when it was answered.
    let failure: String?
  }

  /// Calls a second, in the mean.
  let rate: Double
  let seconds: Double
  /// Calls beyond it are not sent and count as failed: what is not answered must not fill this process.
  let mostInFlight: Int
  let mix: LoadMix
  let seed: UInt64

  /// Makes calls until the time is over or `stop` is set, and waits for those under way. `perform` gives why a call
  /// failed.
  func run(
    until stop: CancellationFlag, _ perform: @escaping @Sendable (LoadMix.Kind) async -> String?,
    ended: @escaping @Sendable (Call) -> Void
  ) async throws {
    var random = RandomSource(seed: seed)
    let begin = ContinuousClock.now
    let places = AsyncSemaphore(permits: mostInFlight)
    var due = 0.0
    try await withThrowingDiscardingTaskGroup { group in
      while true {
        // 1 - u, as the logarithm of 0 is none.
        due += -log(1 - Double.random(in: 0..<1, using: &random)) / rate
        let kind = mix.kind(at: Double.random(in: 0..<1, using: &random))
        guard due < seconds else { break }
        let moment = begin + .seconds(due)
        try await Task.sleep(until: moment, clock: .continuous)
        if stop.isCancelled { break }
        guard places.usage.free > 0 else {
          ended(Call(kind: kind, due: due, lateMilliseconds: 0, milliseconds: 0, failure: "NOT_SENT"))
          continue
        }
        // Only this loop takes permits: one is free.
        try await places.acquire()
        group.addTask { [due] in
          let sent = ContinuousClock.now
          let failure = await perform(kind)
          let end = ContinuousClock.now
          places.release()
          ended(
            Call(
              kind: kind, due: due, lateMilliseconds: (sent - moment) / .milliseconds(1),
              milliseconds: (end - moment) / .milliseconds(1), failure: failure))
        }
      }
    }
  }
}
