internal import VoiceAudio
internal import VoiceAudioWire
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// One stream: its bytes become samples, these are listened to, what they say goes back.
struct LiveSession {
  typealias Writer = MessageWriter<GatewayV1.IdentifyStreamResponse>
  /// Says whose the samples of one channel at a rate in Hz are.
  typealias Identify = @Sendable (_ samples: [Float], _ sampleRate: Int) async throws -> IdentifyAnswer

  private let settings: GatewayV1.IdentifyStreamSettings
  private let limits: LiveLimits
  private let pool: ComputePool
  private let identify: Identify
  private var decoder: StreamDecoder
  private var recognition: LiveRecognition?

  init(
    _ settings: GatewayV1.IdentifyStreamSettings, limits: LiveLimits, pool: ComputePool, identify: @escaping Identify
  ) throws {
    (self.settings, self.limits, self.pool, self.identify) = (settings, limits, pool, identify)
    let encoding = try AudioEncoding(
      settings.encoding, sampleRate: settings.sampleRateHz, channels: settings.channels, field: "settings")
    do { decoder = try StreamDecoder(encoding) } catch { throw RecognitionError(error, field: "settings") }
    // So that bad numbers are told at once, whatever the rate will be.
    _ = try LiveSettings(
      windowSeconds: settings.windowSeconds, hopSeconds: settings.hopSeconds, sampleRate: 16_000)
  }

  /// Takes the audio of a message and tells what it says.
  mutating func take(_ audio: Bytes, _ writer: Writer) async throws {
    guard audio.count <= LiveLimits.maximumChunkBytes else {
      throw RecognitionError.invalid(
        "audio", "\(audio.count) bytes, at most \(LiveLimits.maximumChunkBytes) are taken in a message")
    }
    let samples: [Float]
    do { samples = try audio.withUnsafeBytes { bytes throws(AudioError) in try decoder.decode(bytes) } } catch {
      throw RecognitionError(error, field: "audio")
    }
    if let rate = decoder.sampleRate { try await hear(samples, rate, writer) }
  }

  /// Tells what the end of the audio says.
  mutating func finish(_ writer: Writer) async throws {
    let decoder = decoder
    let rest: DecodedAudio?
    do { rest = try await pool.compute { _ in try decoder.finish() } } catch let error as AudioError {
      throw RecognitionError(error, field: "audio")
    }
    if let rest { try await hear(rest.samples, rest.sampleRate, writer) }
    try await recognition?.finish { try await writer.write(.init($0)) }
  }

  private mutating func hear(_ samples: [Float], _ rate: Int, _ writer: Writer) async throws {
    try KeyHolder.current?.usage.admitAudio(seconds: Double(samples.count) / Double(rate))
    var recognition = try self.recognition ?? begin(rate)
    self.recognition = nil  // so that what it keeps is not copied
    try await recognition.hear(samples) { try await writer.write(.init($0)) }
    guard recognition.seconds <= limits.length / .seconds(1) else { throw LiveWatch.tooLong(limits) }
    self.recognition = recognition
  }

  private func begin(_ rate: Int) throws -> LiveRecognition {
    let live = try LiveSettings(
      windowSeconds: settings.windowSeconds, hopSeconds: settings.hopSeconds, sampleRate: rate)
    return LiveRecognition(live) { [identify] samples in try await identify(samples, rate) }
  }
}
