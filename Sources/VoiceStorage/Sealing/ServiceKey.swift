internal import Crypto
internal import FoundationEssentials
package import VoiceRecognition

/// A key that the data keys of people are wrapped with.
package struct ServiceKey: Sendable {
  /// Tells one key from another without telling the key: 16 hexadecimal digits.
  package let id: String
  let key: SymmetricKey

  /// A key of 32 bytes. Throws `invalidArgument` for another number.
  package init(bytes: [UInt8]) throws(RecognitionError) {
    guard bytes.count == 32 else {
      throw .invalid("service_key_file", "a key has \(bytes.count) bytes instead of 32", reason: "BAD_SERVICE_KEY")
    }
    key = SymmetricKey(data: bytes)
    // What the first keys, of audio alone, were named by.
    let name = HMAC<SHA256>.authenticationCode(for: Array("voiceprint audio key id".utf8), using: key)
    id = Hexadecimal.text(name.prefix(8))
  }

  /// A key as it stands in a file, 32 bytes as base64 or as 64 hexadecimal digits; nil for anything else.
  init?(text: some StringProtocol) {
    let text = String(text)
    guard let bytes = Hexadecimal.bytes(text) ?? Data(base64Encoded: text).map({ Array($0) }),
      let key = try? ServiceKey(bytes: bytes)
    else { return nil }
    self = key
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
