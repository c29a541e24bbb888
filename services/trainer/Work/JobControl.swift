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
    var isUseless = false
    var stop: (@Sendable (_ atOnce: Bool) -> Void)?
    /// Whether a process may save before it ends; nil while it may go on.
    var atOnce: Bool? {
      if isUseless || reason == .lost { return true }
      return reason == nil ? nil : false
    }
  }
  private let state = Mutex(State())

  /// Why it has to stop; nil while it may go on.
  var reason: Reason? { state.withLock(\.reason) }

  /// Stops the job for a reason, at once or as soon as there is something to stop.
  func stop(_ reason: Reason) {
    change { state in
      if state.reason.map({ $0 < reason }) ?? true { state.reason = reason }
    }
  }

  /// Kills the process, as nothing of what it does can be kept. That is no reason against the job.
  func kill() { change { $0.isUseless = true } }

  /// From now on `handler` is told that the process has to end, whether at once or after it has saved, and that at once
  /// if it is known already; nil for nobody.
  func tell(_ handler: (@Sendable (_ atOnce: Bool) -> Void)?) {
    let atOnce = state.withLock { state in
      state.stop = handler
      return state.atOnce
    }
    if let atOnce { handler?(atOnce) }
  }

  private func change(_ body: (inout State) -> Void) {
    let told = state.withLock { state -> (stop: (@Sendable (Bool) -> Void)?, atOnce: Bool)? in
      let before = state.atOnce
      body(&state)
      guard let now = state.atOnce, now != before else { return nil }
      return (state.stop, now)
    }
    if let told { told.stop?(told.atOnce) }
  }
}
