internal import VoicePostgres
internal import VoiceRecognition

/// Reads the templates of a collection's epoch, sealed or plain. Safe to use from several threads.
struct TemplateReader: Sendable {
  let vault: Vault
  let collection: Int64
  let epoch: Int64
  let dimension: Int

  /// What a statement selects for `read`, of the tables `t` (templates) and `k` (`join`).
  static let columns = "t.template, \(WrappedKey.columns)"
  /// Joins the keys of people `s`.
  static let join = "LEFT JOIN speaker_secrets k ON k.speaker_key = s.speaker_key"

  /// The template whose `columns` begin at the one of that number, of the person of a row and an identifier.
  ///
  /// Throws `dataLoss` for a template that was changed, is another's or has another size than the epoch says, and
  /// `failedPrecondition` without the service's key.
  func read(_ row: PostgresRow, _ column: Int, of key: Int64, _ speaker: String) throws -> [Float] {
    let person = PersonRow(key: key, collection: collection, speaker: speaker)
    let sealed = try vault.person(person, WrappedKey(row, column + 1))
    let values = try sealed.values(row, column, .template(speaker: key, epoch: epoch))
    guard values.count == dimension else {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED",
        "a stored template has \(values.count) values instead of \(dimension)")
    }
    return values
  }
}
