internal import FoundationEssentials
internal import VoiceMessages

/// A piece of audio for the service.
public struct Recording: Sendable {
  let audio: TypesV1.Audio

  /// The bytes of an audio file: WAV, FLAC, OGG, MP3, AIFF and others, told by its header.
  public static func bytes(_ bytes: [UInt8]) -> Recording {
    Recording(audio: .with { $0.content = Bytes(bytes) })
  }

  /// An audio file. Throws ``VoiceprintError`` of code `invalidArgument` when it cannot be read.
  public static func file(_ path: String) throws(VoiceprintError) -> Recording {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw VoiceprintError(.invalidArgument, reason: "FILE_UNREADABLE", "\(path) cannot be read")
    }
    return .bytes([UInt8](data))
  }

  /// Samples of one channel in [-1, 1], at `rate` Hz.
  public static func samples(_ samples: [Float], rate: Int) -> Recording {
    let bytes = samples.flatMap { sample in
      let bits = sample.bitPattern.littleEndian
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    }
    return Recording(
      audio: .with {
        ($0.content, $0.encoding, $0.sampleRateHz) = (Bytes(bytes), .pcmF32le, UInt32(clamping: rate))
      })
  }
}
