internal import FoundationEssentials
internal import VoiceConfiguration
internal import VoiceServiceKit

/// What the embedding service can be told (configs/services/embedding.yaml).
struct EmbeddingConfiguration: Sendable {
  let settings: ServiceSettings
  let registry: String
  let threads: Int
  let queue: Int
  let cache: URL

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node)
    registry = node.map("upstreams").string("registry")
    let compute = node.map("compute")
    threads = compute.threads("threads")
    queue = compute.int("queue", default: 256, in: 0...1_000_000)
    cache = URL(filePath: node.string("cache", default: Self.standardCache), directoryHint: .isDirectory)
  }

  private static var standardCache: String {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/var/tmp")/.cache"
    return "\(base)/voiceprint/epochs"
  }
}
