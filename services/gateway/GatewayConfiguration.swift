internal import VoiceConfiguration
internal import VoiceRPC
internal import VoiceServiceKit

/// What the gateway can be told (configs/services/gateway.yaml).
struct GatewayConfiguration: Sendable {
  var settings: ServiceSettings
  let feature: String
  let embedding: String
  let registry: String
  let timeout: Duration
  let live: LiveLimits
  let access: AccessSettings

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node)
    access = AccessSettings(node, isForThisHost: settings.isForThisHost)
    let upstreams = node.map("upstreams")
    feature = upstreams.string("feature")
    embedding = upstreams.string("embedding")
    registry = upstreams.string("registry")
    timeout = upstreams.milliseconds("timeout_milliseconds", default: 30_000)
    live = LiveLimits(node.map("live"))
    // A connection that is to be given up for its age keeps the streams that it has.
    settings.server.maxConnectionAgeGrace = max(settings.server.maxConnectionAgeGrace, live.length)
  }
}
