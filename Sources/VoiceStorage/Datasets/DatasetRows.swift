internal import VoicePostgres
internal import VoiceRecognition

/// Reads data sets.
enum DatasetRows {
  private static let select = "SELECT name, digest, file_count, size_bytes, lists, created_at FROM datasets"

  /// Data sets after a name, by name.
  static func after(
    _ name: String, limit: Int, _ connection: isolated PostgresConnection
  ) throws -> [DatasetRecord] {
    try connection.query("\(select) WHERE name > $1 ORDER BY name LIMIT $2", [.text(name), .int(Int64(limit))])
      .map { try record($0) }
  }

  /// One data set, nil when there is none of that name.
  static func find(_ name: DatasetName, _ connection: isolated PostgresConnection) throws -> DatasetRecord? {
    try connection.query("\(select) WHERE name = $1", [.text(name.value)]).first.map { try record($0) }
  }

  /// The database's number of a data set, whose row stays as it is until the transaction ends. Throws `notFound`.
  static func lock(
    _ name: DatasetName, _ strength: String, _ connection: isolated PostgresConnection
  ) throws -> Int64 {
    let found = try connection.query(
      "SELECT dataset_id FROM datasets WHERE name = $1 FOR \(strength)", [.text(name.value)])
    guard let row = found.first else { throw RecognitionError.missing("dataset", name.value) }
    return try row.int(0)
  }

  private static func record(_ row: PostgresRow) throws -> DatasetRecord {
    try DatasetRecord(
      name: DatasetName(row.text(0)), digest: ContentHash(row.text(1)), fileCount: Int(row.int(2)),
      sizeBytes: Int(row.int(3)), lists: StoredJSON.decode([DatasetList].self, row.json(4)),
      createTime: Timestamp(microseconds: row.timestamp(5)))
  }
}
