internal import ArgumentParser
internal import VoiceCluster

/// `voiceprint postgres`: the private PostgreSQL of a cluster by itself.
struct PostgresCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "postgres", abstract: "Stop or start the cluster's PostgreSQL and nothing else.",
    subcommands: [Stop.self, Start.self])

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stop it; the services answer UNAVAILABLE until it is back.")
    @OptionGroup var options: ClusterOptions

    func run() async throws { try await options.cluster().stopDatabase() }
  }

  struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start it again; the services find it by themselves.")
    @OptionGroup var options: ClusterOptions

    func run() async throws { try await options.cluster().startDatabase(installation: try .current()) }
  }
}
