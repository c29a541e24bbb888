internal import FoundationEssentials
internal import Glibc

/// Writes files that are whole or not there: beside their place first, moved there when they are on the disk.
package enum AtomicFile {
  /// Replaces the file at `path`, whose folder is made if it is missing. Throws `unwritable` with the system's reason.
  package static func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
    let partial = "\(path).partial-\(getpid())-\(UInt32.random(in: .min ... .max))"
    try makeFolder(of: path)
    let file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure(path) }
    let isWritten = bytes.withUnsafeBytes { writeAll($0, to: file) } && fsync(file) == 0
    let reason = errno
    close(file)
    guard isWritten, rename(partial, path) == 0 else {
      let error = isWritten ? errno : reason
      unlink(partial)
      throw failure(path, error)
    }
  }

  /// Makes the folder that `path` lies in.
  package static func makeFolder(of path: String) throws(TrainingError) {
    let folder = URL(filePath: path).deletingLastPathComponent()
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw TrainingError(.unwritable, "\(folder.path) cannot be made: \(error)")
    }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(file, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return true
  }

  private static func failure(_ path: String, _ code: Int32 = errno) -> TrainingError {
    TrainingError(.unwritable, "\(path) cannot be written: \(String(cString: strerror(code)))")
  }
}
