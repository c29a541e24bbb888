package import VoiceAudio
package import VoiceMessages
package import VoiceRecognition

extension AudioEncoding {
  /// How bytes are to be read that a request says are encoded so; 0 channels mean 1.
  ///
  /// Throws `invalidArgument` naming the field below `field`.
  package init(
    _ encoding: TypesV1.Audio.Encoding, sampleRate: UInt32, channels: UInt32, field: String
  ) throws(RecognitionError) {
    let channels = channels == 0 ? 1 : Int(channels)
    switch encoding {
    case .unspecified:
      self = .container
      return
    case .pcmS16le: self = .pcmS16LE(sampleRate: Int(sampleRate), channels: channels)
    case .pcmF32le: self = .pcmF32LE(sampleRate: Int(sampleRate), channels: channels)
    default: throw .invalid("\(field).encoding", "\(encoding.rawValue) is no encoding this version knows")
    }
    guard sampleRate > 0 else {
      throw .invalid("\(field).sample_rate_hz", "is needed for samples without a header")
    }
  }
}
