internal import Foundation
internal import Glibc
internal import Synchronization
internal import VoiceConcurrency
internal import VoiceRecognition

/// A named pipe into which a training process writes what happens, a JSON object a line.
///
/// A pipe of a name rather than an inherited one: `mpirun` starts processes on its own terms, and all of them can open
/// a name. The service holds a writing end of its own, so that the reading ends when it says so: after the process.
final class ReportPipe: Sendable {
  /// Its path.
  let path: String
  /// What was written, in order; ends after `close`.
  let reports: AsyncStream<TrainingReport>
  private let writeEnd: Mutex<Int32>

  /// Makes the pipe. Throws `internal` with the system's reason.
  init(_ path: String) throws {
    self.path = path
    guard mkfifo(path, 0o600) == 0 else { throw Self.error("make \(path)") }
    // Without O_NONBLOCK each end would wait for the other.
    let readEnd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard readEnd >= 0 else { throw Self.error("read \(path)") }
    let writeEnd = open(path, O_WRONLY | O_CLOEXEC)
    guard writeEnd >= 0 else {
      let error = Self.error("write \(path)")
      Glibc.close(readEnd)
      throw error
    }
    _ = fcntl(readEnd, F_SETFL, 0)
    self.writeEnd = Mutex(writeEnd)
    let (stream, continuation) = AsyncStream.makeStream(of: TrainingReport.self)
    reports = stream
    _ = WorkerThread(name: "reports", stackBytes: 512 << 10) { Self.read(readEnd, continuation) }
  }

  deinit { close() }

  /// Lets the reading end once everything was read that was written.
  func close() {
    writeEnd.withLock { end in
      if end >= 0 { Glibc.close(end) }
      end = -1
    }
  }

  private static func read(_ end: Int32, _ continuation: AsyncStream<TrainingReport>.Continuation) {
    let decoder = JSONDecoder()
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(end, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      for byte in buffer[..<count] {
        if byte != 0x0A {
          line.append(byte)
        } else {
          // Half a line is what a killed process has left; the one before it was whole.
          if let report = try? decoder.decode(TrainingReport.self, from: Data(line)) { continuation.yield(report) }
          line.removeAll(keepingCapacity: true)
        }
      }
    }
    Glibc.close(end)
    continuation.finish()
  }

  private static func error(_ what: String) -> RecognitionError {
    RecognitionError(.internal, reason: "TRAINING_PIPE", "cannot \(what): \(String(cString: strerror(errno)))")
  }
}
