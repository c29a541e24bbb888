internal import FoundationEssentials
internal import VoiceMessages

extension TypesV1.Audio {
  /// A whole audio file as it is. Throws when it cannot be read.
  static func file(_ path: String) throws -> TypesV1.Audio {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandError("cannot read \(path)")
    }
    return .with { $0.content = Bytes(data) }
  }
}

extension TypesV1.AudioReport {
  /// What makes a decision on the audio less reliable, in words; empty when nothing does.
  var caution: String {
    let words = warnings.compactMap { warning -> String? in
      switch warning {
      case .short: "only \(Terminal.decimal(speechSeconds, 1)) s of speech"
      case .clipped: "clipped"
      case .quiet: "very quiet"
      default: nil
      }
    }
    return words.joined(separator: ", ")
  }
}
