package import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the level of the log again on SIGHUP, which is what `systemctl reload` sends.
package struct LogLevelService: Service {
  private let threshold: LogThreshold
  private let log: Logger

  /// Changes `threshold`, and tells `log`.
  package init(threshold: LogThreshold, log: Logger) { (self.threshold, self.log) = (threshold, log) }

  /// Waits for signals until the program ends.
  package func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown()
    for await _ in signals {
      let before = threshold.level
      do { try threshold.reload() } catch {
        log.error("the level of the log stays", metadata: ["level_now": "\(before)", "error": "\(error)"])
        continue
      }
      // Told at a level that is written whichever of the two holds.
      log.critical(
        "the level of the log was read again",
        metadata: ["level_before": "\(before)", "level_now": "\(threshold.level)"])
    }
  }
}
