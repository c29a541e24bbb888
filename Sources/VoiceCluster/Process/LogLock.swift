internal import Glibc
internal import VoiceConcurrency

/// The lock on a process's log, which tells other processes whether it lives: the system frees it with the last
/// process that has the log open, however that one ends.
package enum LogLock {
  /// Returns when no process writes this log any more.
  package static func awaitFree(_ log: String) async {
    await withCheckedContinuation { continuation in whenFree(log) { continuation.resume() } }
  }

  /// Calls the handler, on a thread of its own, when no process writes this log any more.
  static func whenFree(_ log: String, _ handler: @escaping @Sendable () -> Void) {
    _ = WorkerThread(name: "await-lock", stackBytes: 256 << 10) {
      let file = open(log, O_RDONLY | O_CLOEXEC)
      if file >= 0 {
        while flock(file, LOCK_SH) == -1 && errno == EINTR {}
        close(file)
      }
      handler()
    }
  }
}
