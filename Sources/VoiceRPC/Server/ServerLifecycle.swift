/// Where a server is in its life: a value that decides, while `Server` acts.
enum ServerLifecycle {
  /// Not started. Can turn into `serving` or `stopped`.
  case idle
  /// Takes calls. Can turn into `stopping`.
  case serving(CoreServer)
  /// Is being shut down. Can turn into `stopped`.
  case stopping(port: Int)
  /// Over; it does not start again.
  case stopped

  var port: Int? {
    switch self {
    case .serving(let core): core.port
    case .stopping(let port): port
    case .idle, .stopped: nil
    }
  }

  /// What `Server.shutdown` has to do.
  enum Stop {
    /// Bring this one down.
    case bringDown(CoreServer)
    /// Somebody else does: wait.
    case wait
    /// It never started.
    case nothing
  }

  mutating func stop() -> Stop {
    switch self {
    case .idle:
      self = .stopped
      return .nothing
    case .serving(let core):
      self = .stopping(port: core.port)
      return .bringDown(core)
    case .stopping, .stopped: return .wait
    }
  }
}
