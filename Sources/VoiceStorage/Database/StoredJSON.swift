internal import FoundationEssentials
internal import VoiceRecognition

/// JSON in `jsonb` columns. Numbers that JSON lacks, as the level of digital silence, are written as words.
enum StoredJSON {
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value))
  }

  /// Throws `dataLoss`.
  static func decode<Value: Decodable>(_ type: Value.Type, _ json: [UInt8]) throws(RecognitionError) -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do { return try decoder.decode(type, from: Data(json)) } catch {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "a stored \(type) is damaged: \(error)")
    }
  }
}
