internal import FoundationEssentials
internal import VoiceAudio
internal import VoiceMessages

/// What is sent to the cluster as one recording: a prompt, or several joined when one holds too little speech.
struct DemoRecording: Sendable {
  /// The names of its prompts.
  let prompts: [String]
  /// Speech in it, s.
  let speechSeconds: Double
  private let samples: [Float]
  private let sampleRate: Int

  /// The prompts in a word.
  var name: String { prompts.joined(separator: " + ") }

  /// The recording on the wire: samples without a header.
  var audio: TypesV1.Audio {
    .with {
      $0.content = Bytes(
        samples.flatMap { sample in withUnsafeBytes(of: sample.bitPattern.littleEndian) { Array($0) } })
      $0.encoding = .pcmF32le
      $0.sampleRateHz = UInt32(sampleRate)
      $0.channels = 1
    }
  }

  /// Least speech in a recording, s.
  static let leastSpeechSeconds = 2.0
  /// Families of prompts that are sentences; others are digits, letters, tones and jokes.
  private static let families = ["agent-", "conf-", "dir-", "queue-", "vm-"]

  /// `count` recordings of a voice, spread evenly over its prompts: the same ones every time, no prompt in two of them.
  static func choose(_ count: Int, of voice: DemoVoice, in sounds: String) throws -> [DemoRecording] {
    let folder = "\(sounds)/\(voice.folder)"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
      name.hasSuffix(".wav") && families.contains { name.hasPrefix($0) }
    }
    let all = try join(names.sorted(), in: folder)
    guard all.count >= count, count > 1 else {
      throw CommandError("\(folder) holds too few prompts: install the Debian package \(voice.package)")
    }
    return (0..<count).map { all[$0 * (all.count - 1) / (count - 1)] }
  }

  /// All prompts in order, each joined with those behind it until there is speech enough.
  private static func join(_ names: [String], in folder: String) throws -> [DemoRecording] {
    var (joined, parts): ([DemoRecording], [(name: String, audio: DecodedAudio)]) = ([], [])
    for name in names {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        throw CommandError("cannot read \(folder)/\(name)")
      }
      let audio = try data.withUnsafeBytes { try AudioDecoder.decode($0, limits: promptLimits) }
      if let rate = parts.first?.audio.sampleRate, rate != audio.sampleRate { parts = [] }
      parts.append((String(name.dropLast(4)), audio))
      let samples = parts.flatMap(\.audio.samples)
      let speech = VoiceActivity.intervals(samples).reduce(0) { $0 + $1.count }
      let seconds = Double(speech) / Double(audio.sampleRate)
      guard seconds >= leastSpeechSeconds else { continue }
      joined.append(
        DemoRecording(
          prompts: parts.map(\.name), speechSeconds: seconds, samples: samples, sampleRate: audio.sampleRate))
      parts = []
    }
    return joined
  }

  /// A prompt may be a short word: what is too short is joined, not refused.
  private static var promptLimits: AudioLimits {
    var limits = AudioLimits()
    limits.minSeconds = 0
    return limits
  }
}
