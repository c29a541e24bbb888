import Foundation
import Testing

/// A server in a process of its own, which answers `Embed`.
final class ServerProcess: @unchecked Sendable {
  // Unchecked: `Process` is configured before anyone else sees it, and signals may be sent from anywhere.
  enum Status: Equatable {
    case exited(Int32)
    case killed
  }

  let port: Int
  private let process = Process()
  private let ended = Event()

  /// Returns when the server says that it listens.
  init() throws {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let output = Pipe()
    process.executableURL = folder.appending(path: "rpc-test-server")
    process.standardOutput = output
    process.terminationHandler = { [ended] _ in ended.happen() }
    try process.run()
    var line = ""
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
      line.append(Character(UnicodeScalar(byte)))
    }
    port = try #require(line.split(separator: " ").last.flatMap { Int($0) }, "the server said \"\(line)\"")
  }

  deinit { if process.isRunning { kill() } }

  /// SIGKILL.
  func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

  /// SIGSTOP.
  ///
  /// Returns when it has stopped: the signal is sent at once, but a thread of it may run on for a moment.
  func freeze() throws {
    Foundation.kill(process.processIdentifier, SIGSTOP)
    let stat = "/proc/\(process.processIdentifier)/stat"
    var state: Substring = ""
    while state != "T" {
      let fields = try String(contentsOfFile: stat, encoding: .utf8).split(separator: ")")
      state = fields.last?.split(separator: " ").first ?? ""
    }
  }

  /// SIGTERM.
  func terminate() { process.terminate() }

  /// How it ended, when it has.
  func status() async -> Status {
    await ended.wait()
    return process.terminationReason == .uncaughtSignal ? .killed : .exited(process.terminationStatus)
  }
}
