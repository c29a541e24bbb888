internal import ArgumentParser
internal import VoiceServiceKit

/// Turns audio into features.
@main
struct Feature: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-feature",
    abstract: "The feature service of a Voiceprint cluster: audio in, features out.",
    discussion: "Prints LISTENING <port> when it takes calls; ends gently on SIGTERM.")

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "feature") { FeatureConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "feature", configuration.settings)
    let pools = ComputePools(name: "feature", threads: configuration.threads, queueLimit: configuration.queue)
    let service = FeatureService(
      extractors: ExtractorCache(limits: configuration.limits), pools: pools, limits: configuration.limits)
    try await ServiceHost(settings: configuration.settings, log: log).run(services: [service])
    await pools.shutDown()
  }
}
