internal import Glibc

/// Wakes a thread that polls: any thread signals, the poller watches `reader`. Swift's Glibc has no `pipe2`.
final class WakePipe: Sendable {
  /// Readable from a signal to the next `drain`.
  let reader: Int32
  private let writer: Int32

  /// Throws `SystemError` without a file descriptor to be had.
  init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair", errno) }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  /// Wakes the poller. A full pipe wakes it as well.
  func signal() {
    var byte: UInt8 = 0
    _ = write(writer, &byte, 1)
  }

  /// Takes what was signalled.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(reader, &bytes, bytes.count) == bytes.count {}
  }
}
