internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint health`: whether a service takes calls, for those who start and watch containers.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Ask one service whether it takes calls, by grpc.health.v1.",
    discussion: "Prints SERVING, NOT_SERVING or UNREACHABLE. The exit status is 0 if it serves, 1 otherwise.")

  @OptionGroup var security: SecurityOptions
  @Argument(help: ArgumentHelp("Where it listens.", valueName: "host:port"))
  var target: String

  func run() async throws {
    let health = try await HealthProbe.ask(target, tls: security.options())
    print(health)
    if health != "SERVING" { throw ExitCode(1) }
  }
}
