internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint restart`: one process of the running cluster anew.
struct RestartService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Start a process of the running cluster again, on its port.",
    discussion: """
      A process that still runs is ended first, drained. The others need not be told: they find it where it was.
      """)

  @OptionGroup var options: ClusterOptions
  @Argument(help: "registry, feature, embedding, trainer, gateway or console.")
  var service: ServiceKind
  @Option(help: "Which of several, from 0, as `voiceprint status` numbers them.")
  var index = 0
  @Flag(help: "Print the process as JSON.")
  var json = false

  func validate() throws {
    if service == .postgres { throw ValidationError("see `voiceprint postgres stop` and `start`") }
  }

  func run() async throws {
    let process = try await options.cluster().restart(service, index: index, installation: try .current())
    if json {
      try printJSON(process)
    } else {
      print("\(process.name) 127.0.0.1:\(process.port ?? 0)")
    }
  }
}
