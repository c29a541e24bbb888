internal import Crypto
internal import FoundationEssentials
internal import VoicePostgres
internal import VoiceRecognition

/// Where a stored voiceprint belongs: sealed it opens nowhere else.
enum VoiceprintPlace: Sendable {
  /// The template of a person, by the numbers of person and epoch.
  case template(speaker: Int64, epoch: Int64)
  /// The voiceprint of an utterance.
  case utterance(String, speaker: Int64, epoch: Int64)

  fileprivate var label: SealLabel {
    switch self {
    case .template(let speaker, let epoch): SealLabel("voiceprint template", speaker, epoch)
    case .utterance(let id, let speaker, let epoch): SealLabel("voiceprint utterance", speaker, epoch, text: id)
    }
  }
}

/// Voiceprints as they are stored: little-endian float32, plain or sealed.
///
/// The two are told apart by their length: plain ones have a multiple of 4 bytes, sealed ones one more, a byte that
/// tells the format. A program that knows nothing of seals refuses them for their length.
enum StoredVoiceprint {
  /// The format: this byte, then nonce, encrypted bytes and tag.
  private static let format: UInt8 = 1

  /// Says in SQL whether what is stored in a column is plain.
  static func isPlain(_ column: String) -> String { "octet_length(\(column)) % 4 = 0" }

  static func isSealed(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.count % 4 == 1 }

  /// Seals what is stored plain.
  static func seal(plain: some DataProtocol, _ key: DataKey, _ place: VoiceprintPlace) throws -> [UInt8] {
    [format] + (try key.seal(plain, boundTo: place.label))
  }

  /// Seals values.
  static func seal(_ values: [Float], _ key: DataKey, _ place: VoiceprintPlace) throws -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(4 * values.count)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { plain.append(contentsOf: $0) } }
    return try seal(plain: plain, key, place)
  }

  /// Opens sealed values. Throws `dataLoss` when they were changed or belong to another place.
  static func open(
    _ bytes: UnsafeRawBufferPointer, _ key: DataKey, _ place: VoiceprintPlace
  ) throws(RecognitionError) -> [Float] {
    do {
      guard bytes.first == format else { throw CryptoKitError.incorrectParameterSize }
      let plain = try key.open(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), boundTo: place.label)
      return plain.withUnsafeBytes { values($0) }
    } catch {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED",
        "a stored voiceprint was changed, or it belongs to another person, utterance or epoch")
    }
  }

  /// Plain values.
  static func values(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    [Float](unsafeUninitializedCapacity: bytes.count / 4) { values, count in
      for index in 0..<bytes.count / 4 {
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        values.initializeElement(at: index, to: Float(bitPattern: bits))
      }
      count = bytes.count / 4
    }
  }
}
