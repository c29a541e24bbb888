internal import Glibc

/// Reads whole files; what goes wrong is told in the system's words.
package enum FileBytes {
  /// Why a file could not be read.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, after the file's path.
    package var message: String
    package var description: String { message }
  }

  /// The bytes of a regular file. Throws `Failure` when it cannot be read or has more than `maximum` bytes.
  package static func read(_ path: String, maximum: Int) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(message: "\(path) is no file") }
    let size = Int(status.st_size)
    guard size <= maximum else {
      throw Failure(message: "\(path) has \(size) bytes, at most \(maximum) are read")
    }
    var error: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = Glibc.read(file, base + count, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { error = errno }
        if got <= 0 { return }  // an end before the size: the file was cut meanwhile
        count += got
      }
    }
    guard error == 0 else { throw failure(path, error) }
    return bytes
  }

  private static func failure(_ path: String, _ code: Int32 = errno) -> Failure {
    Failure(message: "\(path) cannot be read: \(String(cString: strerror(code)))")
  }
}
