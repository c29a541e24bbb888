internal import VoicePostgres
internal import VoiceRecognition

/// A collection as the database knows it.
struct CollectionRow: Sendable {
  let id: Int64
  let name: CollectionName
  let epochID: Int64
  let epoch: EpochName
  let embeddingSize: Int
  let speakerCount: Int
  let createTime: Timestamp

  /// What a statement begins with that reads collections.
  static let select = """
    SELECT c.collection_id, c.name, c.epoch_id, e.name, e.embedding_size, c.speaker_count, c.created_at
    FROM collections c JOIN epochs e USING (epoch_id)
    """

  init(_ row: PostgresRow) throws {
    id = try row.int(0)
    name = try CollectionName(row.text(1))
    epochID = try row.int(2)
    epoch = try EpochName(row.text(3))
    embeddingSize = Int(try row.int(4))
    speakerCount = Int(try row.int(5))
    createTime = Timestamp(microseconds: try row.timestamp(6))
  }

  /// The lock that a transaction takes on its collection.
  enum Lock: String {
    case none = ""
    /// The collection stays while others change people in it too.
    case keep = "FOR KEY SHARE OF c"
    /// Nobody else does anything in it.
    case remove = "FOR UPDATE OF c"
  }

  /// Throws `notFound`.
  static func find(
    _ name: CollectionName, lock: Lock = .none, _ connection: isolated PostgresConnection
  ) throws -> CollectionRow {
    let found = try connection.query("\(select) WHERE c.name = $1 \(lock.rawValue)", [.text(name.value)])
    guard let row = found.first else { throw RecognitionError.missing("collection", name.value) }
    return try CollectionRow(row)
  }

  /// A collection together with how far the change log had come at that very moment. Throws `notFound`.
  static func findNow(
    _ name: CollectionName, _ connection: isolated PostgresConnection
  ) throws -> (collection: CollectionRow, number: ChangeNumber) {
    let found = try connection.query(
      """
      SELECT c.collection_id, c.name, c.epoch_id, e.name, e.embedding_size, c.speaker_count, c.created_at,
        k.incarnation, k.last_change
      FROM collections c JOIN epochs e USING (epoch_id) CROSS JOIN change_counter k WHERE c.name = $1
      """, [.text(name.value)])
    guard let row = found.first else { throw RecognitionError.missing("collection", name.value) }
    return (try CollectionRow(row), ChangeNumber(incarnation: try row.text(7), last: try row.int(8)))
  }

  var collection: SpeakerCollection {
    SpeakerCollection(name: name, epoch: epoch, speakerCount: speakerCount, createTime: createTime)
  }

  /// The voiceprint at length 1. Throws `failedPrecondition` for another epoch, `invalidArgument` for another size.
  func normalised(_ voiceprint: Voiceprint) throws(RecognitionError) -> [Float] {
    guard voiceprint.epoch == epoch else { throw .epochMismatch(expected: epoch, actual: voiceprint.epoch) }
    guard voiceprint.values.count == embeddingSize else {
      throw .invalid(
        "embedding", "has \(voiceprint.values.count) values, those of epoch '\(epoch)' have \(embeddingSize)",
        reason: "BAD_EMBEDDING")
    }
    return try voiceprint.normalised()
  }
}
