internal import Crypto
internal import FoundationEssentials
package import VoiceRecognition

/// The key that the keys of people are wrapped with: all registries and trainers of a cluster have the same one.
package struct ServiceKey: Sendable {
  /// Tells one key from another without telling the key: 16 hexadecimal digits.
  package let id: String
  let key: SymmetricKey

  /// A key of 32 bytes. Throws `invalidArgument` for another number.
  package init(bytes: [UInt8]) throws(RecognitionError) {
    guard bytes.count == 32 else {
      throw .invalid("audio_key_file", "the key has \(bytes.count) bytes instead of 32", reason: "BAD_AUDIO_KEY")
    }
    key = SymmetricKey(data: bytes)
    let name = HMAC<SHA256>.authenticationCode(for: Array("voiceprint audio key id".utf8), using: key)
    id = Hexadecimal.text(name.prefix(8))
  }

  /// The key of a file that holds 32 bytes as base64 or as 64 hexadecimal digits.
  ///
  /// Throws `failedPrecondition` when the file cannot be read, `invalidArgument` when it holds something else.
  package init(file path: String) throws(RecognitionError) {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw RecognitionError(
        .failedPrecondition, reason: "AUDIO_KEY_MISSING", "the audio key \(path) cannot be read: \(error)")
    }
    let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
    guard let bytes = Hexadecimal.bytes(text) ?? Data(base64Encoded: text).map({ Array($0) }), bytes.count == 32 else {
      throw .invalid(
        "audio_key_file", "\(path) must hold 32 bytes as base64 or as 64 hexadecimal digits", reason: "BAD_AUDIO_KEY")
    }
    try self.init(bytes: bytes)
  }
}

/// Bytes as hexadecimal digits.
enum Hexadecimal {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// Nil for text that is not 64 digits.
  static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == 64, text.count == 64 else { return nil }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
