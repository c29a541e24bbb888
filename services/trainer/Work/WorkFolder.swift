internal import Foundation
internal import Glibc
internal import Logging
internal import VoiceRecognition

/// The trainers' folder, which several of them may share, and the part of it that is this one's own.
///
/// Whoever lives holds a lock in its own part, which the system frees with the process, however that ends: what a
/// killed trainer has left is removed by the next one that starts.
final class WorkFolder: Sendable {
  /// Data sets, which all of them may use.
  let datasets: String
  /// What nobody else touches: running trainings, and what is not whole yet.
  let own: String
  private let lock: Int32

  /// Makes this one's part, and takes away what those have left who are no more. Throws `internal` with the system's
  /// reason when the folder is not to be had.
  init(_ folder: String, log: Logger) throws {
    datasets = "\(folder)/datasets"
    let running = "\(folder)/running"
    do {
      for path in [datasets, running] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      // One at a time, so that nobody takes a folder for a dead one's before its owner has locked it.
      guard let door = try Self.lock("\(folder)/.lock", waits: true) else { throw Self.error("lock \(folder)/.lock") }
      defer { close(door) }
      Self.sweep(running, log)
      own = "\(running)/\(getpid())-\(UInt32.random(in: .min ... .max))"
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
      guard let held = try Self.lock("\(own)/.lock", waits: false) else { throw Self.error("lock \(own)/.lock") }
      lock = held
    } catch let error as CocoaError {
      throw RecognitionError(.internal, reason: "WORK_FOLDER", "jobs.folder: \(folder) cannot be used: \(error)")
    }
  }

  deinit { close(lock) }

  /// Takes this one's part away, when nothing works in it any more.
  func remove() throws { try FileManager.default.removeItem(atPath: own) }

  private static func sweep(_ running: String, _ log: Logger) {
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: running) {
        guard let held = try lock("\(running)/\(name)/.lock", waits: false) else { continue }
        defer { close(held) }
        try FileManager.default.removeItem(atPath: "\(running)/\(name)")
        log.notice("removed what a lost trainer has left", metadata: ["folder": "\(running)/\(name)"])
      }
    } catch {
      // Its training may be about to end and write still: the next start finds it again.
      log.warning("what a lost trainer has left stays for now", metadata: ["error": "\(error)"])
    }
  }

  /// The locked file; nil when another process has it locked.
  private static func lock(_ path: String, waits: Bool) throws -> Int32? {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw error("open \(path)") }
    while flock(file, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let (isTaken, failure) = (errno == EWOULDBLOCK, error("lock \(path)"))
      close(file)
      if isTaken { return nil }
      throw failure
    }
    return file
  }

  private static func error(_ what: String) -> RecognitionError {
    RecognitionError(
      .internal, reason: "WORK_FOLDER", "jobs.folder: cannot \(what): \(String(cString: strerror(errno)))")
  }
}
