package import Logging
internal import Synchronization
internal import VoiceConfiguration

/// The least level that the loggers of a process write, which can change while it runs.
package final class LogThreshold: Sendable {
  private let current: Mutex<Logger.Level>
  private let source: ConfigurationSource?

  /// A level that stays, unless it is set.
  package convenience init(_ level: Logger.Level) { self.init(level, source: nil) }

  /// A level that is read again from where it came.
  init(_ level: Logger.Level, source: ConfigurationSource?) {
    current = Mutex(level)
    self.source = source
  }

  /// The level now.
  package var level: Logger.Level {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// Reads `log.level` again where it came from, and no other key. Throws `ConfigurationError`, and the level stays.
  func reload() throws {
    guard let source else { return }
    let node = try source.read()
    let level = Self.level(in: node.map("log"))
    try node.check()
    self.level = level
  }

  /// The level that a mapping `log` names; problems are noted in the node.
  static func level(in log: ConfigurationNode) -> Logger.Level {
    let word = log.string("level", default: "info")
    if let level = Logger.Level(rawValue: word) { return level }
    log.report("level", "'\(word)' is none of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
    return .info
  }
}
