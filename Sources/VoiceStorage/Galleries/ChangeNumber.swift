internal import VoicePostgres
internal import VoiceRecognition

/// How far the change log had come at a moment.
struct ChangeNumber: Sendable, Hashable {
  /// Tells a restored or recreated database from the one before.
  let incarnation: String
  /// The last change that was committed.
  let last: Int64

  static func current(_ connection: isolated PostgresConnection) throws -> ChangeNumber {
    let row = try connection.query("SELECT incarnation, last_change FROM change_counter")[0]
    return ChangeNumber(incarnation: try row.text(0), last: try row.int(1))
  }

  /// Whether a gallery that has come so far has everything of `other`.
  func covers(_ other: ChangeNumber) -> Bool { incarnation == other.incarnation && last >= other.last }
}

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
