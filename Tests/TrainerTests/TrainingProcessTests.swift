import Foundation
import TestSupport
import Testing
import VoiceCluster

@testable import voiceprint_trainer

@Suite("The process of a training", .timeLimit(.minutes(1)))
struct TrainingProcessTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func words(_ jobs: String, ranks: Int) throws -> [String] {
    let process = TrainingProcess(
      settings: try configuration("program: /opt/voiceprint, \(jobs)").work, folder: folder.path, control: JobControl())
    let command = try process.command(["train"], ranks: ranks, log: folder.file("log"))
    // setpriv and its options come first.
    return Array(command.arguments.drop { $0 != "/usr/bin/env" })
  }

  @Test("One process stands back and has its limit")
  func alone() throws {
    #expect(
      try words("niceness: 7, memory_megabytes: 300", ranks: 1)
        == ["/usr/bin/env", "nice", "-n", "7", "prlimit", "--data=314572800", "/opt/voiceprint", "train"])
    #expect(try !words("memory_megabytes: 0", ranks: 1).contains("prlimit"))
  }

  @Test("Of several processes each stands back and has its limit, on whatever host mpirun starts it")
  func ranks() throws {
    let words = try words("niceness: 7, memory_megabytes: 300, mpirun: mpirun --oversubscribe", ranks: 3)
    let launcher = try #require(words.firstIndex(of: "mpirun"))
    #expect(
      words[launcher...] == [
        "mpirun", "--oversubscribe", "-np", "3", "nice", "-n", "7", "prlimit", "--data=314572800", "/opt/voiceprint",
        "train",
      ])
  }

  @Test("A process that takes its time to save is killed as soon as nothing of it can be kept")
  func killedWhileSaving() async throws {
    let (ready, saving) = (try Signal(in: folder), try Signal(in: folder))
    let program = try folder.write(
      """
      #!/bin/sh
      trap ': > \(saving.path)' TERM
      : > \(ready.path)
      while :; do sleep 0.05; done
      """.utf8, to: "program")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let control = JobControl()
    let process = TrainingProcess(
      settings: try configuration("program: \"\(program)\", save_patience_milliseconds: 3600000").work,
      folder: folder.path, control: control)
    async let end = process.run([], log: "log")
    try await ready.wait()
    control.stop(.drain)
    try await saving.wait()
    control.kill()
    #expect(try await end.status == .killed(signal: 9))
  }
}
