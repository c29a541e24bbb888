internal import VoicePostgres
internal import VoiceRecognition

/// Templates as they are stored.
enum TemplateBytes {
  /// A template of the size that its epoch says. Throws `dataLoss`.
  static func read(_ row: PostgresRow, _ column: Int, dimension: Int) throws -> [Float] {
    let values = try row.floatBytes(column)
    guard values.count == dimension else {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED",
        "a stored template has \(values.count) values instead of \(dimension)")
    }
    return values
  }
}
