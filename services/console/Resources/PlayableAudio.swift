internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition

/// A retained recording as a browser plays it: headerless samples get the header of a WAV file.
struct PlayableAudio: Sendable, Hashable {
  /// What it is, by its own first bytes: whoever enrolled it chose them, so nothing but audio is ever said.
  let type: String
  let bytes: [UInt8]

  private static let signatures: [(offset: Int, text: String, type: String)] = [
    (8, "WAVE", "audio/wav"), (0, "fLaC", "audio/flac"), (0, "OggS", "audio/ogg"), (0, "ID3", "audio/mpeg"),
    (8, "AIFF", "audio/aiff"), (8, "AIFC", "audio/aiff"),
  ]

  /// Throws `dataLoss` for an encoding that is not known.
  init(_ message: TypesV1.Audio) throws(RecognitionError) {
    let content = message.content.array
    switch message.encoding {
    case .unspecified: (type, bytes) = (Self.type(of: content), content)
    case .pcmS16le: (type, bytes) = ("audio/wav", Self.header(message, content.count, format: 1, width: 2) + content)
    case .pcmF32le: (type, bytes) = ("audio/wav", Self.header(message, content.count, format: 3, width: 4) + content)
    default:
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED", "the recording's encoding \(message.encoding.rawValue) is not known")
    }
  }

  private static func type(of content: [UInt8]) -> String {
    let known = signatures.first { content.dropFirst($0.offset).starts(with: $0.text.utf8) }
    if let known { return known.type }
    // A frame of MPEG audio begins with eleven ones.
    let isFrame = content.count > 1 && content[0] == 0xFF && content[1] & 0xE0 == 0xE0
    return isFrame ? "audio/mpeg" : "application/octet-stream"
  }

  /// The 44 bytes before the samples: RIFF, its format and the length of the data, little-endian.
  private static func header(_ message: TypesV1.Audio, _ length: Int, format: UInt32, width: UInt32) -> [UInt8] {
    func number(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: UInt64(truncatingIfNeeded: value) >> (8 * $0)) }
    }
    let (channels, rate) = (max(1, message.channels), message.sampleRateHz)
    let frame = channels &* width
    return Array("RIFF".utf8) + number(36 + length, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + number(format, 2)
      + number(channels, 2) + number(rate, 4) + number(rate &* frame, 4) + number(frame, 2) + number(8 * width, 2)
      + Array("data".utf8) + number(length, 4)
  }
}

extension Response {
  /// A recording to be heard.
  init(playing audio: PlayableAudio) {
    self.init(
      status: .ok, headers: [.contentType: audio.type, .contentDisposition: "attachment"],
      body: .init(byteBuffer: ByteBuffer(bytes: audio.bytes)))
  }
}
