internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint down`: stops a cluster.
struct Down: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stop the cluster: every process by its number, each drained. The data stays.")

  @OptionGroup var options: ClusterOptions

  func run() async throws {
    let count = try await options.cluster().down()
    Terminal.say(count == 0 ? "nothing runs" : "stopped \(count) processes")
  }
}
