internal import VoiceConfiguration
internal import VoiceServiceKit

/// What streams of running speech may take.
struct LiveLimits: Sendable {
  /// Streams at a time.
  let streams: Int
  /// Longest stream, of audio and by the clock.
  let length: Duration
  /// Longest pause between two messages.
  let idle: Duration
  /// Most bytes of audio in a message.
  static let maximumChunkBytes = 1 << 20

  init(_ node: ConfigurationNode) {
    streams = node.int("maximum_streams", default: 256, in: 1...100_000)
    length = .seconds(node.int("maximum_seconds", default: 14_400, in: 1...604_800))
    idle = node.milliseconds("idle_milliseconds", default: 60_000)
  }
}
