internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint start`: one more process of a service.
struct StartService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Start one more process of a service in the running cluster.",
    discussion: "The processes that run already do not learn of it: it is for clients that are told its address.")

  @OptionGroup var options: ClusterOptions
  @Argument(help: "registry, feature, embedding, trainer, gateway or console.")
  var service: ServiceKind
  @Flag(help: "Print the process as JSON.")
  var json = false

  func validate() throws {
    if service == .postgres { throw ValidationError("a cluster has one PostgreSQL: see `voiceprint postgres`") }
  }

  func run() async throws {
    let process = try await options.cluster().add(service, installation: try .current())
    if json {
      try printJSON(process)
    } else {
      print("\(process.name) 127.0.0.1:\(process.port ?? 0)")
    }
  }
}

extension ServiceKind: ExpressibleByArgument {}
