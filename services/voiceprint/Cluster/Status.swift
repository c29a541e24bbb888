internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint status`: how a cluster is.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show every process of the cluster: health, port, epochs, uptime; with --cluster its load too.",
    discussion: "The exit status is 0 if all of it serves, 1 otherwise.")

  @OptionGroup var options: ClusterOptions
  @Flag(help: "Ask every process for its metrics too: memory, calls a second, time of the slowest in 100 calls.")
  var cluster = false
  @Option(help: ArgumentHelp("Over how long calls are counted, with --cluster.", valueName: "seconds"))
  var interval = 1.0
  @Flag(help: "Print the cluster as JSON.")
  var json = false

  func validate() throws {
    guard (0.1...60).contains(interval) else { throw ValidationError("--interval must be 0.1 to 60 seconds") }
  }

  func run() async throws {
    let local = try options.cluster()
    let status = cluster ? try await local.status(over: .seconds(interval)) : try await local.status()
    if json { try printJSON(status) } else { print(text(of: status)) }
    if !status.isServing { throw ExitCode(1) }
  }

  private func text(of status: ClusterStatus) -> String {
    guard !status.processes.isEmpty else { return "no cluster runs in \(status.state)" }
    let heads = ["process", "health", "pid", "port", "up"] + (cluster ? ["memory", "calls/s", "p99"] : []) + ["epochs"]
    var table = TextTable(heads)
    for process in status.processes {
      let first = [
        "\(process.service.rawValue)-\(process.index)", process.health, "\(process.pid)",
        process.port.map { "\($0)" } ?? "-", process.uptimeSeconds.map { Terminal.time(seconds: $0) } ?? "-",
      ]
      let epochs = process.epochs?.joined(separator: ", ") ?? ""
      table.add(first + (cluster ? Self.load(process.load) : []) + [epochs])
    }
    return table.text
      + "\n\ngateway \(status.gateway ?? "none")\nconsole \(status.console ?? "none")\nstate   \(status.state)"
  }

  private static func load(_ load: ReplicaLoad?) -> [String] {
    guard let load else { return ["-", "-", "-"] }
    return [
      "\(Terminal.decimal(load.residentBytes / 1_048_576, 0)) MiB", Terminal.decimal(load.callsPerSecond, 1),
      load.p99Milliseconds.map { "\(Terminal.decimal($0, 1)) ms" } ?? "-",
    ]
  }
}
