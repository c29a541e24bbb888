internal import VoiceConfiguration
internal import VoiceServiceKit

/// What the gateway can be told (configs/services/gateway.yaml).
struct GatewayConfiguration: Sendable {
  let settings: ServiceSettings
  let feature: String
  let embedding: String
  let registry: String
  let timeout: Duration

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node)
    let upstreams = node.map("upstreams")
    feature = upstreams.string("feature")
    embedding = upstreams.string("embedding")
    registry = upstreams.string("registry")
    timeout = upstreams.milliseconds("timeout_milliseconds", default: 30_000)
  }
}
