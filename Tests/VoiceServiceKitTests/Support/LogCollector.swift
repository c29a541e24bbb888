import Logging
import Synchronization

/// Keeps what is logged.
final class LogCollector: Sendable {
  /// One event: level, message, metadata as texts.
  struct Entry: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: [String: String]
  }
  private let entries = Mutex<[Entry]>([])

  /// Everything so far.
  var all: [Entry] { entries.withLock { $0 } }

  /// A logger whose events come here.
  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(collector: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let collector: LogCollector
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let entry = Entry(
        level: event.level, message: "\(event.message)", metadata: (event.metadata ?? [:]).mapValues { "\($0)" })
      collector.entries.withLock { $0.append(entry) }
    }
  }
}
