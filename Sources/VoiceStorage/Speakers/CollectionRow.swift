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
  let retainAudio: AudioRetention

  /// What a statement begins with that reads collections.
  static let select = "\(columns) \(tables)"
  private static let columns = """
    SELECT c.collection_id, c.name, c.epoch_id, e.name, e.embedding_size, c.speaker_count, c.created_at, c.retain_audio
    """
  private static let tables = "FROM collections c JOIN epochs e USING (epoch_id)"

  init(_ row: PostgresRow) throws {
    id = try row.int(0)
    name = try CollectionName(row.text(1))
    epochID = try row.int(2)
    epoch = try EpochName(row.text(3))
    embeddingSize = Int(try row.int(4))
    speakerCount = Int(try row.int(5))
    createTime = Timestamp(microseconds: try row.timestamp(6))
    retainAudio = AudioRetention(rawValue: try row.text(7)) ?? .none
  }

  /// The lock that a transaction takes on its collection.
  enum Lock {
    case none
    /// The collection stays while others change people in it too.
    case keep
    /// As `keep`, after whoever holds enrolments back.
    case enrol
    /// Nobody else does anything in it.
    case remove

    /// The lock of the row.
    var row: String { self == .remove ? "FOR UPDATE" : "FOR KEY SHARE" }

    /// The advisory locks of collection `$1`, in the order in which they are taken.
    fileprivate var gates: [String] {
      switch self {
      case .none: []
      case .keep: ["pg_advisory_xact_lock_shared\(Self.gate)"]
      case .enrol: ["pg_advisory_xact_lock_shared\(Self.enrolmentGate)", "pg_advisory_xact_lock_shared\(Self.gate)"]
      case .remove: ["pg_advisory_xact_lock\(Self.gate)"]
      }
    }
    /// Any class will do that no other program on the database uses.
    private static let gate = "(30319, ($1 & 2147483647)::int4)"
    /// The lock that holds enrolments back.
    static let enrolmentGate = "(30320, ($1 & 2147483647)::int4)"
  }

  /// Throws `notFound`.
  static func find(
    _ name: CollectionName, lock: Lock = .none, _ connection: isolated PostgresConnection
  ) throws -> CollectionRow {
    // Statements of their own: one that had to wait for the lock would join the epoch of before with the collection of
    // now.
    if lock != .none {
      let found = try connection.query("SELECT collection_id FROM collections WHERE name = $1", [.text(name.value)])
      if let row = found.first { try self.lock(row.int(0), lock, connection) }
    }
    let found = try connection.query("\(select) WHERE c.name = $1", [.text(name.value)])
    guard let row = found.first else { throw RecognitionError.missing("collection", name.value) }
    return try CollectionRow(row)
  }

  /// Locks a collection by its number.
  ///
  /// An advisory lock comes first, as its queue is fair: a stream of enrolments, each of which keeps the row before the
  /// one before lets go of it, would else keep a flip waiting for ever.
  static func lock(_ id: Int64, _ lock: Lock, _ connection: isolated PostgresConnection) throws {
    guard lock != .none else { return }
    for gate in lock.gates { try connection.query("SELECT \(gate)::text", [.int(id)]) }
    try connection.query("SELECT 1 FROM collections WHERE collection_id = $1 \(lock.row)", [.int(id)])
  }

  /// A collection together with how far the change log had come at that very moment. Throws `notFound`.
  static func findNow(
    _ name: CollectionName, _ connection: isolated PostgresConnection
  ) throws -> (collection: CollectionRow, number: ChangeNumber) {
    let found = try connection.query(
      """
      \(columns), k.incarnation, k.last_change \(tables) CROSS JOIN change_counter k WHERE c.name = $1
      """, [.text(name.value)])
    guard let row = found.first else { throw RecognitionError.missing("collection", name.value) }
    return (try CollectionRow(row), ChangeNumber(incarnation: try row.text(8), last: try row.int(9)))
  }

  var collection: SpeakerCollection {
    SpeakerCollection(
      name: name, epoch: epoch, speakerCount: speakerCount, createTime: createTime, retainAudio: retainAudio)
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
