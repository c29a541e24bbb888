internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceTensor

/// A door through which bytes come in from outside. Whatever they are, it gives an answer or throws an error: a trap, a
/// hang or memory beyond a bound is a fault.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// PyTorch's checkpoints: ZIP and pickle.
  case checkpoint
  /// Weights as safetensors.
  case safetensors
  /// Experiments and augmentations, YAML.
  case configuration
  /// Files of audio.
  case audio
  /// Audio that comes in pieces.
  case stream
  /// Every request of every service, unpacked and packed again.
  case requests
  /// What services make of messages.
  case mapping

  /// Names of the requests that are unpacked, without their packages.
  package static var requestNames: [String] { Requests.all.map { "\($0)" } }

  /// The longest input that is of interest, in bytes.
  package var longest: Int {
    switch self {
    case .checkpoint, .audio, .stream: 16 << 10
    case .safetensors, .configuration: 4 << 10
    case .requests, .mapping: 2 << 10
    }
  }

  /// Hands bytes in.
  package func run(_ bytes: [UInt8]) {
    switch self {
    case .checkpoint:
      // Only what begins as a ZIP is PyTorch's; the rest would be tried as safetensors.
      _ = try? Checkpoint(bytes: bytes.starts(with: [0x50, 0x4B]) ? bytes : [0x50, 0x4B] + bytes)
    case .safetensors: _ = try? Safetensors(bytes: bytes)
    case .configuration: Self.configuration(bytes)
    case .audio: Self.audio(bytes)
    case .stream: Self.stream(bytes)
    case .requests: Self.request(bytes)
    case .mapping: Self.mapping(bytes)
    }
  }

  private static func configuration(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? ExperimentConfiguration.parse(text, file: "fuzz.yml")
    _ = try? AugmentationConfiguration.parse(text, file: "fuzz.yml")
  }

  /// Less than what is taken by default: a minute of silence in a kilobyte is no finding.
  private static let limits: AudioLimits = {
    var limits = AudioLimits()
    limits.maxSeconds = 5
    return limits
  }()

  private static func audio(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      guard let audio = try? AudioDecoder.decode(bytes, limits: limits) else { return }
      precondition(audio.samples.allSatisfy(\.isFinite), "a sample that is no number")
    }
  }

  /// The first byte says how the rest is encoded, the second how it is cut.
  private static func stream(_ bytes: [UInt8]) {
    guard bytes.count > 2 else { return }
    let encodings: [AudioEncoding] = [
      .container, .pcmS16LE(sampleRate: 8000, channels: 2), .pcmF32LE(sampleRate: 16000, channels: 1),
    ]
    guard var decoder = try? StreamDecoder(encodings[Int(bytes[0]) % 3], limits: limits) else { return }
    let piece = max(1, Int(bytes[1]))
    var rest = bytes[2...]
    while !rest.isEmpty {
      let next = Array(rest.prefix(piece))
      rest = rest.dropFirst(piece)
      guard let samples = try? next.withUnsafeBytes({ try decoder.decode($0) }) else { return }
      precondition(samples.allSatisfy(\.isFinite), "a sample that is no number")
    }
    _ = try? decoder.finish()
  }

  /// The first byte chooses the request.
  private static func request(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    Requests.all[Int(first) % Requests.all.count].packAgain(Array(bytes.dropFirst()))
  }

  /// The first byte chooses the message.
  private static func mapping(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let makers: [([UInt8]) throws -> Void] = [
      { _ = try Recording(TypesV1.Audio(serialized: $0), field: "audio") },
      { _ = try FeatureMatrix(TypesV1.FeatureMatrix(serialized: $0), field: "features") },
      { _ = try Voiceprint(TypesV1.Embedding(serialized: $0), field: "embedding") },
      { _ = try EpochRecord(RegistryV1.Epoch(serialized: $0)) },
      { _ = try SpeakerCollection(TypesV1.Collection(serialized: $0)) },
      { _ = try Speaker(TypesV1.Speaker(serialized: $0)) },
      { _ = try Match(TypesV1.Match(serialized: $0)) },
      { _ = try Utterance(TypesV1.Utterance(serialized: $0)) },
      { _ = try PromotionPlan(RegistryV1.StartPromotionRequest(serialized: $0)) },
      { _ = try EpochProvenance(RegistryV1.EpochProvenance(serialized: $0)) },
      { _ = try AccessKey(RegistryV1.AccessKey(serialized: $0)) },
      { _ = try AudioReport(TypesV1.AudioReport(serialized: $0)) },
      { _ = TraceContext(header: String(decoding: $0, as: UTF8.self)) },
    ]
    try? makers[Int(first) % makers.count](Array(bytes.dropFirst()))
  }
}

extension Message {
  /// What was unpacked is the same after another round.
  fileprivate static func packAgain(_ bytes: [UInt8]) {
    guard let message = try? Self(serialized: bytes) else { return }
    guard let again = try? Self(serialized: message.serialized()) else {
      preconditionFailure("what a \(self) was packed to is none")
    }
    // Compared by their bytes: a NaN is not equal to itself.
    precondition(again.serialized() == message.serialized(), "a \(self) is another one after a round")
  }
}
