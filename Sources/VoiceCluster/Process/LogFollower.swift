internal import Glibc
internal import Synchronization
internal import VoiceConcurrency

/// Waits for a line in the log of a process that starts up, by the system's file events.
package enum LogFollower {
  /// The first value that `match` finds in a whole line of the child's log, after byte `offset`.
  ///
  /// Throws `notReady`, with the log's end, when the process ended first or `patience` is over, and
  /// `CancellationError` when the task was cancelled.
  package static func line<Value: Sendable>(
    of child: ChildProcess, log: String, after offset: Int, patience: Duration,
    match: @escaping @Sendable (Substring) -> Value?
  ) async throws -> Value {
    let wake = try WakePipe()
    child.whenEnded { _ in wake.wake() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        _ = WorkerThread(name: "follow-log", stackBytes: 256 << 10) {
          continuation.resume(
            with: Result {
              try follow(child, log, after: offset, until: .now + patience, wake: wake, match: match)
            })
        }
      }
    } onCancel: {
      wake.cancel()
    }
  }

  private static func follow<Value>(
    _ child: ChildProcess, _ log: String, after offset: Int, until deadline: ContinuousClock.Instant, wake: WakePipe,
    match: (Substring) -> Value?
  ) throws -> Value {
    let events = Descriptor(owning: try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) })
    try systemCall("cannot watch \(log)") { inotify_add_watch(events.raw, log, UInt32(IN_MODIFY)) }
    let file = try Descriptor(opening: log, O_RDONLY)
    lseek(file.raw, off_t(offset), SEEK_SET)
    var text = ""
    while true {
      // Whether it ended is asked before the reading, so that its last words are read.
      let status = child.status
      text += readAll(file.raw)
      let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
      for line in whole.split(separator: "\n") { if let value = match(line) { return value } }
      if let status {
        throw ClusterError(.notReady, "the process \(status); \(log) ends with\n\(Folder.tail(of: log))")
      }
      try waitForEvent(events.raw, wake: wake, until: deadline, log: log)
    }
  }

  private static func waitForEvent(
    _ events: Int32, wake: WakePipe, until deadline: ContinuousClock.Instant, log: String
  ) throws {
    let left = (deadline - .now) / .milliseconds(1)
    guard left > 0 else {
      throw ClusterError(.notReady, "it was not ready in time; \(log) ends with\n\(Folder.tail(of: log))")
    }
    var waits = [events, wake.readEnd].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&waits, nfds_t(waits.count), Int32(min(left, 60_000)) + 1)
    if wake.isCancelled { throw CancellationError() }
    _ = readAll(events)
  }

  private static func readAll(_ file: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}

/// Wakes a thread that polls, because the process ended or because nobody waits any more.
private final class WakePipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32
  private let cancelled = Atomic(false)

  init() throws(ClusterError) {
    var ends: [Int32] = [-1, -1]
    try systemCall("pipe") { pipe(&ends) }
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }
  deinit {
    close(readEnd)
    close(writeEnd)
  }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func wake() { write(writeEnd, "x", 1) }

  func cancel() {
    cancelled.store(true, ordering: .releasing)
    wake()
  }
}
