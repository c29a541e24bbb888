internal import ArgumentParser
internal import VoiceCluster

/// Which local cluster a command is about.
struct ClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the cluster.", discussion: "Default: $VOICEPRINT_STATE, else the system's place for state.",
      valueName: "dir"))
  var state: String?

  /// The cluster, with progress on the error stream.
  func cluster() throws -> LocalCluster {
    LocalCluster(in: try StateFolder.choose(state)) { event in
      switch event {
      case .starting: break
      case .ready(let name, let seconds): Terminal.say("  \(name) serves after \(Terminal.decimal(seconds, 1)) s")
      case .stopping(let name): Terminal.say("  stopping \(name)")
      }
    }
  }

  /// The record of a cluster that runs. Throws when none was started.
  func record() throws -> ClusterRecord {
    let folder = try StateFolder.choose(state)
    guard let record = try LocalCluster(in: folder).record() else {
      throw CommandError("no cluster runs in \(folder.path): start one with `voiceprint up`")
    }
    return record
  }
}
