internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint status`: how a cluster is.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show every process of the cluster: health, port, epochs, uptime.",
    discussion: "The exit status is 0 if all of it serves, 1 otherwise.")

  @OptionGroup var options: ClusterOptions
  @Flag(help: "Print the cluster as JSON.")
  var json = false

  func run() async throws {
    let status = try await options.cluster().status()
    if json { try printJSON(status) } else { print(Self.text(of: status)) }
    if !status.isServing { throw ExitCode(1) }
  }

  private static func text(of status: ClusterStatus) -> String {
    guard !status.processes.isEmpty else { return "no cluster runs in \(status.state)" }
    var table = TextTable("process", "health", "pid", "port", "up", "epochs")
    for process in status.processes {
      table.add(
        "\(process.service.rawValue)-\(process.index)", process.health, "\(process.pid)",
        process.port.map { "\($0)" } ?? "-", process.uptimeSeconds.map { Terminal.time(seconds: $0) } ?? "-",
        process.epochs?.joined(separator: ", ") ?? "")
    }
    return table.text + "\n\ngateway \(status.gateway ?? "none")\nstate   \(status.state)"
  }
}
