internal import Logging
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Drives promotions: makes the voiceprints of new epochs from retained recordings and flips collections.
struct PromotionsOfTrainer: Sendable {
  private let storage: RegistryStorage
  private let host: PromotionHost<PromotionStore, EmbeddingReplicas>

  /// Throws `RPCError` for a target that cannot be, and what is wrong with the service's keys.
  init(_ configuration: TrainerConfiguration, worker: String, search: ComputePool, log: Logger) throws {
    let upstreams = configuration.upstreams
    let security = configuration.settings.tls.upstreams
    func upstream(_ name: String, _ target: String) throws -> Upstream {
      try Upstream(name: name, target: target, timeout: upstreams.timeout, tls: try security.options(for: name))
    }
    storage = RegistryStorage(
      configuration.database, poolSize: configuration.poolSize, acquireTimeout: configuration.acquireTimeout,
      compute: search, keys: try configuration.serviceKeyFile.map { try KeyRing(file: $0) },
      sealing: configuration.sealing, logger: log)
    var settings = PromotionRunnerSettings(worker: worker)
    settings.lease = configuration.promotions.lease
    settings.parallel = configuration.promotions.parallel
    settings.batch = configuration.promotions.batch
    host = PromotionHost(
      settings: settings, work: storage.promotions,
      replicas: try EmbeddingReplicas(
        target: upstreams.embedding, timeout: upstreams.timeout, security: security),
      feature: try upstream("feature", upstreams.feature), embedding: try upstream("embedding", upstreams.embedding),
      registry: try upstream("registry", upstreams.registry), log: log)
  }

  /// Drives them until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await storage.run() }
      group.addTask { await host.run() }
    }
  }
}
