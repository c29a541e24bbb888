internal import FoundationEssentials
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceServiceKit

/// What the embedding service can be told (configs/services/embedding.yaml).
struct EmbeddingConfiguration: Sendable {
  let settings: ServiceSettings
  let registry: String
  let threads: Int
  let queue: Int
  let cache: URL
  let policy: EpochPolicy

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node)
    registry = node.map("upstreams").string("registry")
    let compute = node.map("compute")
    threads = compute.threads("threads")
    queue = compute.int("queue", default: 256, in: 0...1_000_000)
    let epochs = node.map("epochs")
    policy = EpochPolicy(
      loadsOnDemand: epochs.bool("load_on_demand", default: true),
      maximumOnDemand: epochs.int("maximum_on_demand", default: 4, in: 0...1000),
      maximumLoads: epochs.int("maximum_loads", default: 4, in: 1...1000),
      unloadAfter: epochs.milliseconds("unload_after_milliseconds", default: 60_000),
      retryAfter: epochs.milliseconds("retry_after_milliseconds", default: 60_000),
      reducedPrecision: compute.choice("reduced_precision", default: .fastest))
    cache = URL(filePath: node.string("cache", default: Self.standardCache), directoryHint: .isDirectory)
  }

  private static var standardCache: String {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/var/tmp")/.cache"
    return "\(base)/voiceprint/epochs"
  }
}
