internal import Synchronization
internal import VoiceRecognition

/// What the owner of a key has used of its limits, at this gateway.
final class KeyUsage: Sendable {
  private struct Buckets {
    var limits = AccessLimits()
    var calls: TokenBucket?
    var audio: TokenBucket?
    /// People enrolled here since the registry counted them last.
    var enrolled = 0
  }

  private let state = Mutex(Buckets())

  /// Takes over limits; those that have changed begin full.
  func apply(_ limits: AccessLimits, now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      state.enrolled = 0
      guard state.limits != limits || (state.calls == nil && state.audio == nil) else { return }
      state.limits = limits
      state.calls = limits.callsPerSecond.map { rate in
        TokenBucket(capacity: Double(limits.burst ?? max(1, Int(rate))), rate: rate, now: now)
      }
      state.audio = limits.audioSecondsPerHour.map { TokenBucket(capacity: $0, rate: $0 / 3600, now: now) }
    }
  }

  /// Counts a call. Throws `resourceExhausted` when there were too many.
  func admitCall(now: ContinuousClock.Instant = .now) throws(RecognitionError) {
    guard let delay = state.withLock({ $0.calls?.take(1, minimum: 1, now: now) ?? nil }) else { return }
    throw RecognitionError(
      .resourceExhausted, reason: "RATE_LIMIT", "the key's calls a second are used up: wait as RetryInfo says",
      retryAfter: delay)
  }

  /// Counts audio; what is counted may exceed the quota once. Throws `resourceExhausted` when it is used up.
  func admitAudio(seconds: Double, now: ContinuousClock.Instant = .now) throws(RecognitionError) {
    guard let delay = state.withLock({ $0.audio?.take(seconds, minimum: 0.001, now: now) ?? nil }) else { return }
    throw RecognitionError(
      .resourceExhausted, reason: "AUDIO_QUOTA", "the key's audio of an hour is used up: wait as RetryInfo says",
      retryAfter: delay)
  }

  /// Counts a person who was enrolled.
  func countEnrolled() { state.withLock { $0.enrolled += 1 } }

  /// Whether the tenant has as many people as it may, of so many that the registry counted.
  func hasAllSpeakers(of counted: Int) -> Bool {
    state.withLock { state in state.limits.speakers.map { counted + state.enrolled >= $0 } ?? false }
  }
}
