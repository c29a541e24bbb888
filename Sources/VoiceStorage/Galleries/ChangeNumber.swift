internal import VoicePostgres

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
