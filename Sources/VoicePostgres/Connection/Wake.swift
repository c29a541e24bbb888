internal import Glibc

/// A pair of sockets that interrupts a thread's `poll`, from any thread. Swift's Glibc has neither `pipe2` nor eventfd.
final class Wake: Sendable {
  /// Readable after `signal`, until `drain`.
  let descriptor: Int32
  private let writing: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let status = socketpair(AF_UNIX, Int32(kind), 0, &ends)
    precondition(status == 0, "socketpair failed: errno \(errno)")
    (descriptor, writing) = (ends[0], ends[1])
  }
  deinit {
    close(descriptor)
    close(writing)
  }

  /// A full buffer wakes as well as one more byte would, so a failed write changes nothing.
  func signal() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Sleeps until a signal or until the time is over; says whether there was a signal.
  @discardableResult
  func wait(atMost duration: Duration) -> Bool {
    var reading = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&reading, 1, Int32(duration / .milliseconds(1))) > 0 else { return false }
    drain()
    return true
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }
}
