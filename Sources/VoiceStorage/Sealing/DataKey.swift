internal import Crypto
internal import FoundationEssentials

/// The key of one person, which goes with the person: AES-256-GCM.
struct DataKey: Sendable {
  private let key: SymmetricKey

  init(_ key: SymmetricKey) { self.key = key }
  init(bytes: Data) { key = SymmetricKey(data: bytes) }

  /// A new key by chance.
  static func random() -> DataKey { DataKey(SymmetricKey(size: .bits256)) }

  var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

  /// Nonce, encrypted bytes and tag, bound to what they are: elsewhere they do not open.
  func seal(_ plain: some DataProtocol, boundTo label: SealLabel) throws -> [UInt8] {
    let box = try AES.GCM.seal(plain, using: key, authenticating: label.bytes)
    return Array(box.nonce) + box.ciphertext + box.tag
  }

  /// What `seal` sealed. Throws for another key, other bytes and another label.
  func open(_ sealed: some DataProtocol, boundTo label: SealLabel) throws -> Data {
    try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: label.bytes)
  }
}

/// What a seal is bound to, written so that two things never give the same bytes: a word that names the kind, numbers
/// of 8 bytes each, and a text at the end.
struct SealLabel {
  private(set) var bytes: [UInt8]

  init(_ kind: StaticString, _ numbers: Int64..., text: String = "") {
    bytes = []
    bytes.reserveCapacity(kind.utf8CodeUnitCount + 1 + 8 * numbers.count + text.utf8.count)
    kind.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(0)
    for number in numbers { withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) } }
    bytes.append(contentsOf: text.utf8)
  }

  /// A label of before there were kinds.
  init(plain text: String) { bytes = Array(text.utf8) }
}
