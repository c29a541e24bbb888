internal import Glibc

/// Repeats a call that a signal interrupted, and turns -1 into an error that says what was tried.
@discardableResult
func systemCall(_ what: @autoclosure () -> String, _ call: () -> Int32) throws(ClusterError) -> Int32 {
  while true {
    let result = call()
    if result != -1 { return result }
    if errno != EINTR { throw ClusterError(.system, "\(what()): \(errnoText(errno))") }
  }
}

/// The system's words for an error number.
func errnoText(_ number: Int32) -> String { String(cString: strerror(number)) }

/// A file descriptor that is closed with its owner.
struct Descriptor: ~Copyable {
  let raw: Int32

  init(owning raw: Int32) { self.raw = raw }
  deinit { close(raw) }

  /// Opens a file; the descriptor does not survive an exec.
  init(opening path: String, _ flags: Int32, mode: mode_t = 0o600) throws(ClusterError) {
    raw = try systemCall("cannot open \(path)") { open(path, flags | O_CLOEXEC, mode) }
  }
}
