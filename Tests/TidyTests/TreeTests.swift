import FoundationEssentials
import TestSupport
import Testing
import VoiceCluster

/// The rules, held by the package itself.
@Suite struct TreeTests {
  @Test("The package keeps the rule", arguments: Rule.all)
  func rule(_ rule: Rule) {
    #expect(Tree.files.count > 100, "the walk over the package found too little to be true")
    let violations = Tree.files.flatMap(rule.check)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test("Every shell script is one that bash can read, and stops at its first error")
  func shellScripts() async throws {
    let folder = try TemporaryFolder()
    let scripts = Tree.files.filter { $0.path.hasSuffix(".sh") || $0.path == ".ci/run" }
    for script in scripts {
      let log = folder.file("log-\(scripts.map(\.path).firstIndex(of: script.path) ?? 0)")
      let command = Command("/bin/bash", ["-n", "\(PackagePaths.root)/\(script.path)"], log: log)
      let status = try await ChildProcess.start(command).exit()
      let said = try String(contentsOfFile: log, encoding: .utf8)
      #expect(status.isSuccess, "\(script.path): \(said)")
      #expect(script.lines.contains("set -euo pipefail") || script.path == "deploy/lib.sh", "\(script.path)")
    }
  }
}
