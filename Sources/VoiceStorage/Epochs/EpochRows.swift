internal import VoicePostgres
internal import VoiceRecognition

/// Reads epochs.
enum EpochRows {
  /// All epochs, newest first.
  static func all(_ connection: isolated PostgresConnection) throws -> [EpochRecord] {
    try connection.query("\(select) ORDER BY e.epoch_id DESC").map { try record($0) }
  }

  /// One epoch; nil asks for the default one. Throws `notFound`, `failedPrecondition` when there is none at all.
  static func find(_ name: EpochName?, _ connection: isolated PostgresConnection) throws -> EpochRecord {
    try record(row(name, select, connection))
  }

  /// The database's number of an epoch. Throws as `find`.
  static func identifier(_ name: EpochName?, _ connection: isolated PostgresConnection) throws -> Int64 {
    try row(name, "SELECT e.epoch_id FROM epochs e", connection).int(0)
  }

  /// The database's number of an epoch's bundle. Throws as `find`.
  static func bundle(_ name: EpochName, _ connection: isolated PostgresConnection) throws -> Int64 {
    try row(name, "SELECT e.bundle_id FROM epochs e", connection).int(0)
  }

  private static let select = """
    SELECT e.manifest, e.is_default, EXISTS (SELECT FROM collections c WHERE c.epoch_id = e.epoch_id)
      OR EXISTS (SELECT FROM promotions p WHERE e.epoch_id IN (p.from_epoch, p.to_epoch)
        AND p.state IN ('STAGING', 'REEMBEDDING', 'FLIPPING', 'DRAINING')), e.created_at, e.provenance
    FROM epochs e
    """

  private static func row(
    _ name: EpochName?, _ select: String, _ connection: isolated PostgresConnection
  ) throws -> PostgresRow {
    guard let name else {
      guard let row = try connection.query("\(select) WHERE e.is_default").first else {
        throw RecognitionError(
          .failedPrecondition, reason: "NO_EPOCH",
          "no epoch is published yet: publish one with 'voiceprint import-model'")
      }
      return row
    }
    guard let row = try connection.query("\(select) WHERE e.name = $1", [.text(name.value)]).first else {
      throw RecognitionError.missing("epoch", name.value)
    }
    return row
  }

  private static func record(_ row: PostgresRow) throws -> EpochRecord {
    let manifest: EpochManifest
    do { manifest = try EpochManifest(json: Array(row.text(0).utf8)) } catch let error as RecognitionError {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "a stored epoch is damaged: \(error.message)")
    }
    return try EpochRecord(
      manifest: manifest, isDefault: row.bool(1), inUse: row.bool(2),
      createTime: Timestamp(microseconds: row.timestamp(3)),
      provenance: row.isNull(4) ? nil : StoredJSON.decode(EpochProvenance.self, row.json(4)))
  }
}
