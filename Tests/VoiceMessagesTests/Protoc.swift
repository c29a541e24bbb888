import FoundationEssentials
import TestSupport
import Testing
import VoiceCluster

/// Google's compiler and protobuf-c's: what the generated code is checked against.
enum Protoc {
  /// Why a test that needs them does not run.
  static let missing: Comment = "NOT RUN: needs protoc and protoc-c (Debian: protobuf-compiler protobuf-c-compiler)"
  static let isInstalled = ["/usr/bin/protoc", "/usr/bin/protoc-gen-c"].allSatisfy(FileManager.default.fileExists)

  /// The generator that was built with the tests: it lies beside them.
  static let generator = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/protoc-gen-voice"

  /// Runs a shell script in a folder. Throws what it wrote when it fails.
  static func shell(_ script: String, in folder: TemporaryFolder) async throws {
    try await ChildProcess.run(
      Command("/bin/sh", ["-euc", "cd '\(folder.path)'; \(script)"], log: folder.file("log")))
  }

  /// The version that a tool tells.
  static func version(_ tool: String) async throws -> String {
    let folder = try TemporaryFolder()
    try await shell("\(tool) --version > version", in: folder)
    return try String(contentsOfFile: folder.file("version"), encoding: .utf8)
  }
}
