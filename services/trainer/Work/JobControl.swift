internal import Synchronization
internal import VoiceCluster

/// Why a job that is worked on has to stop, told to whatever process it runs just now.
final class JobControl: Sendable {
  /// A reason; a later one wins over an earlier one.
  enum Reason: Int, Sendable, Comparable {
    /// This trainer is being shut down: save, another one goes on.
    case drain
    /// The job was cancelled.
    case cancel
    /// The job is another trainer's: nothing of it may be touched any more.
    case lost

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var reason: Reason?
    var stop: (@Sendable (Reason) -> Void)?
  }
  private let state = Mutex(State())

  /// Why it has to stop; nil while it may go on.
  var reason: Reason? { state.withLock(\.reason) }

  /// Stops the job for a reason, at once or as soon as there is something to stop.
  func stop(_ reason: Reason) {
    let stop = state.withLock { state -> (@Sendable (Reason) -> Void)? in
      guard state.reason.map({ $0 < reason }) ?? true else { return nil }
      state.reason = reason
      return state.stop
    }
    stop?(reason)
  }

  /// From now on `handler` is told why to stop, at once if it is known already; nil for nobody.
  func tell(_ handler: (@Sendable (Reason) -> Void)?) {
    let reason = state.withLock { state in
      state.stop = handler
      return state.reason
    }
    if let reason { handler?(reason) }
  }
}
