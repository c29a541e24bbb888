import FoundationEssentials
import TestSupport
import VoiceCluster
import VoiceRPC

/// A gateway in a process of its own: the service host as it is used. Nothing listens where it looks for the others.
struct GatewayProcess {
  let child: ChildProcess
  let port: Int
  private let log: String

  /// The program beside the tests.
  static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/voiceprint-gateway"
  private static let upstreams = ["feature", "embedding", "registry"].flatMap {
    ["--set", "upstreams.\($0)=ipv4:127.0.0.1:1"]
  }

  /// A command with these arguments; its output goes to a file of that name.
  static func command(_ arguments: [String], in folder: TemporaryFolder, log: String = "log") -> Command {
    Command(program, upstreams + arguments, log: folder.file(log))
  }

  /// Starts one and waits until it takes calls.
  init(in folder: TemporaryFolder, _ arguments: [String] = []) async throws {
    log = folder.file("log")
    child = try await ChildProcess.start(Self.command(["--set", "log.format=json"] + arguments, in: folder))
    port = try await LogFollower.line(of: child, log: log, after: 0, patience: .seconds(30)) { line in
      line.hasPrefix("LISTENING ") ? Int(line.dropFirst(10)) : nil
    }
  }

  /// Every line that it wrote.
  var lines: [Substring] { get throws { try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") } }

  /// A channel to it.
  func channel() throws -> Channel { try Channel("127.0.0.1:\(port)") }
}
