internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceServiceKit

/// What the feature service can be told (configs/services/feature.yaml).
struct FeatureConfiguration: Sendable {
  let settings: ServiceSettings
  let threads: Int
  let queue: Int
  let limits: AudioLimits

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node, callsOthers: false)
    let compute = node.map("compute")
    threads = compute.threads("threads")
    queue = compute.int("queue", default: 256, in: 0...1_000_000)
    let keys = node.map("limits")
    var limits = AudioLimits()
    limits.maxBytes = keys.int("max_bytes", default: 64 << 20, in: 1...(1 << 30))
    limits.maxSeconds = keys.double("max_seconds", default: 600, in: 0.1...86_400)
    limits.maxChannels = keys.int("max_channels", default: 32, in: 1...1024)
    limits.minSeconds = keys.double("min_seconds", default: 0.5, in: 0...60)
    limits.recommendedSpeechSeconds = keys.double("recommended_speech_seconds", default: 2, in: 0...600)
    self.limits = limits
  }
}
