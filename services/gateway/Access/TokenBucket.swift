/// A quota that refills evenly: at most `capacity`, `rate` a second.
struct TokenBucket: Sendable {
  let capacity: Double
  let rate: Double
  private var level: Double
  private var last: ContinuousClock.Instant

  /// A full one.
  init(capacity: Double, rate: Double, now: ContinuousClock.Instant) {
    (self.capacity, self.rate, level, last) = (capacity, rate, capacity, now)
  }

  /// Takes `amount` when at least `minimum` is there; else gives how long until it will be. What is taken may exceed
  /// what is there, which is then owed.
  mutating func take(_ amount: Double, minimum: Double, now: ContinuousClock.Instant) -> Duration? {
    level = min(capacity, level + max(0, (now - last) / .seconds(1)) * rate)
    last = max(last, now)
    guard level < minimum else {
      level -= amount
      return nil
    }
    return .seconds(min((minimum - level) / rate, 86_400))
  }
}
