/// Until when a call may take.
package struct Deadline: Sendable, Hashable {
  /// The moment; nil when there is none.
  package let instant: ContinuousClock.Instant?

  /// No limit.
  package static let never = Deadline(instant: nil)

  /// This long from now.
  package static func after(_ time: Duration) -> Deadline { Deadline(instant: .now + time) }

  /// That moment.
  package static func at(_ instant: ContinuousClock.Instant) -> Deadline { Deadline(instant: instant) }

  /// How long it is until then, negative when it has passed; nil when there is no limit.
  package var remaining: Duration? { instant.map { $0 - .now } }

  /// Whether the time is up.
  package var hasPassed: Bool { instant.map { $0 <= .now } ?? false }
}

extension Deadline: Comparable {
  /// Whether the one comes before the other; `never` comes last.
  package static func < (left: Deadline, right: Deadline) -> Bool {
    switch (left.instant, right.instant) {
    case (let left?, let right?): left < right
    case (.some, nil): true
    case (nil, _): false
    }
  }
}
