internal import ArgumentParser
internal import VoiceConcurrency
internal import VoiceEpochs
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceServiceKit

/// Turns features into voiceprints.
@main
struct Embedding: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-embedding",
    abstract: "The embedding service of a Voiceprint cluster: features in, voiceprints out.",
    discussion: "Prints LISTENING <port> when it takes calls; ends gently on SIGTERM.")

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "embedding") { EmbeddingConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "embedding", configuration.settings)
    let upstream = try Upstream(
      name: "registry", target: configuration.registry,
      tls: try configuration.settings.tls.upstreams.options(for: "registry"))
    let pools = ComputePools(name: "embedding", threads: configuration.threads, queueLimit: configuration.queue)
    // Loading gives way to serving where cores are few.
    let loader = ComputePool.measured(name: "loader", threads: 1, queueLimit: 1000, niceness: 10)
    let store = EpochStore(
      source: EpochFetcher(upstream: upstream, cache: configuration.cache, files: loader, log: log),
      loader: loader, policy: configuration.policy, log: log)
    store.tell(in: .shared)
    let follower = EpochFollower(upstream: upstream, store: store, log: log)
    let health = HealthService()
    // Nobody is sent here before the epochs in use are loaded.
    health.set(.notServing, for: "")
    health.set(.notServing, for: EmbeddingV1.EmbeddingService.name)
    try await ServiceHost(settings: configuration.settings, log: log).run(
      services: [EmbeddingService(store: store, pools: pools)], health: health
    ) {
      await withDiscardingTaskGroup { group in
        group.addTask { await store.keepHouse() }
        group.addTask {
          await follower.run {
            health.set(.serving, for: "")
            health.set(.serving, for: EmbeddingV1.EmbeddingService.name)
          }
        }
      }
    }
    await store.shutDown()
    await pools.shutDown()
    await loader.shutDown()
  }
}
