internal import Crypto

/// What the owner of a key shows: `vp_<id>_<secret>`, the secret of 256 random bits. It is never kept.
package struct AccessToken: Sendable {
  /// What the key is found by, 12 hexadecimal digits.
  package let id: String
  private let secret: String

  private static let prefix = "vp_"
  private static let idLength = 12
  /// 32 bytes as hexadecimal digits.
  private static let secretLength = 64

  /// The token of a text; nil for one that is no token.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let begin = Self.prefix.utf8.count
    guard text.hasPrefix(Self.prefix), bytes.count == begin + Self.idLength + 1 + Self.secretLength,
      bytes[begin + Self.idLength] == UInt8(ascii: "_")
    else { return nil }
    let (id, secret) = (bytes[begin..<(begin + Self.idLength)], bytes[(begin + Self.idLength + 1)...])
    guard (id + secret).allSatisfy(Self.isDigit) else { return nil }
    (self.id, self.secret) = (String(decoding: id, as: UTF8.self), String(decoding: secret, as: UTF8.self))
  }

  /// A new token of the system's random numbers.
  package init() {
    let random = SymmetricKey(size: .bits256).withUnsafeBytes { Self.hexadecimal($0) }
    secret = random
    id = String(SymmetricKey(size: .bits256).withUnsafeBytes { Self.hexadecimal($0) }.prefix(Self.idLength))
  }

  /// The text that is shown to the owner, once.
  package var text: String { "\(Self.prefix)\(id)_\(secret)" }

  /// What is kept of the secret. It has 256 random bits, so that one pass of SHA-256 is enough.
  package func digest(salt: [UInt8]) -> [UInt8] { Array(hash(salt)) }

  /// Whether the secret is the one that a digest was made of, in a time that does not depend on where they differ.
  package func matches(salt: [UInt8], digest: [UInt8]) -> Bool { hash(salt) == digest }

  /// A new salt, 16 bytes.
  package static func salt() -> [UInt8] { SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) } }

  private func hash(_ salt: [UInt8]) -> SHA256.Digest { SHA256.hash(data: salt + Array(secret.utf8)) }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
