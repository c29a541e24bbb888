internal import FoundationEssentials
internal import VoicePostgres
internal import VoiceRecognition

/// Seals what is plain of some people, in one transaction in which nobody else changes them.
struct VaultSealing: Sendable {
  let vault: Vault

  /// Numbers of at most `$2` people after `$1` of whom something is plain or whose key is bound to the row alone.
  static let pending = """
    SELECT s.speaker_key FROM speakers s LEFT JOIN speaker_secrets k USING (speaker_key)
    WHERE s.speaker_key > $1 AND (k.binding = \(WrappedKey.Binding.row.rawValue)
      OR EXISTS (SELECT FROM templates t
        WHERE t.speaker_key = s.speaker_key AND \(StoredVoiceprint.isPlain("t.template")))
      OR EXISTS (SELECT FROM utterances u JOIN utterance_embeddings v USING (utterance_id)
        WHERE u.speaker_key = s.speaker_key AND \(StoredVoiceprint.isPlain("v.embedding"))))
    ORDER BY s.speaker_key LIMIT $2
    """

  /// Seals everything of people by their numbers; gives how many voiceprints that were.
  func seal(_ people: [Int64], _ connection: isolated PostgresConnection) throws -> Int {
    // In the order of their numbers, as everyone who locks several.
    let locked = try connection.query(
      "SELECT speaker_key FROM speakers WHERE speaker_key = ANY($1) ORDER BY speaker_key FOR UPDATE", [.ints(people)])
    var keys: [Int64: DataKey] = [:]
    for row in locked {
      let person = try row.int(0)
      keys[person] = try vault.person(person, makesKey: true, connection).requireKey()
    }
    let present = PostgresValue.ints(keys.keys.sorted())
    try rebind(present, connection)
    return try sealTemplates(present, keys, connection) + sealUtterances(present, keys, connection)
  }

  private func sealTemplates(
    _ people: PostgresValue, _ keys: [Int64: DataKey], _ connection: isolated PostgresConnection
  ) throws -> Int {
    let rows = try connection.query(
      """
      SELECT speaker_key, epoch_id, template FROM templates
      WHERE speaker_key = ANY($1) AND \(StoredVoiceprint.isPlain("template"))
      """, [people])
    let sealed = try rows.map { row in
      let place = VoiceprintPlace.template(speaker: try row.int(0), epoch: try row.int(1))
      return try seal(row, 2, keys[row.int(0)], place)
    }
    return try connection.query(
      """
      UPDATE templates t SET template = n.sealed
      FROM unnest($1, $2, $3) AS n (speaker, epoch, sealed) WHERE t.speaker_key = n.speaker AND t.epoch_id = n.epoch
      """,
      [.ints(try rows.map { try $0.int(0) }), .ints(try rows.map { try $0.int(1) }), .byteArrays(sealed)]
    ).affectedRows
  }

  private func sealUtterances(
    _ people: PostgresValue, _ keys: [Int64: DataKey], _ connection: isolated PostgresConnection
  ) throws -> Int {
    let rows = try connection.query(
      """
      SELECT u.speaker_key, v.epoch_id, v.embedding, v.utterance_id
      FROM utterances u JOIN utterance_embeddings v USING (utterance_id)
      WHERE u.speaker_key = ANY($1) AND \(StoredVoiceprint.isPlain("v.embedding"))
      """, [people])
    let sealed = try rows.map { row in
      let place = VoiceprintPlace.utterance(try row.text(3), speaker: try row.int(0), epoch: try row.int(1))
      return try seal(row, 2, keys[row.int(0)], place)
    }
    return try connection.query(
      """
      UPDATE utterance_embeddings v SET embedding = n.sealed
      FROM unnest($1, $2, $3) AS n (utterance, epoch, sealed)
      WHERE v.utterance_id = n.utterance AND v.epoch_id = n.epoch
      """,
      [.texts(try rows.map { try $0.text(3) }), .ints(try rows.map { try $0.int(1) }), .byteArrays(sealed)]
    ).affectedRows
  }

  private func seal(
    _ row: PostgresRow, _ column: Int, _ key: DataKey?, _ place: VoiceprintPlace
  ) throws -> [UInt8] {
    guard let key else {
      throw RecognitionError(.internal, reason: "STORAGE_FAULT", "a voiceprint of a person who was not locked")
    }
    return try row.withBytes(column) { try StoredVoiceprint.seal(plain: $0, key, place) }
  }

  /// Binds the keys of people to who they are.
  private func rebind(_ people: PostgresValue, _ connection: isolated PostgresConnection) throws {
    let loose = try connection.query(
      """
      \(WrappedRows.select) WHERE k.speaker_key = ANY($1) AND k.binding = \(WrappedKey.Binding.row.rawValue)
      ORDER BY k.speaker_key FOR UPDATE OF k
      """, [people])
    let ring = try vault.requireRing()
    try WrappedRows(loose).wrapAnew(ring, { try ring.key($0.serviceKey) }, .person, connection)
  }
}

/// Wrapped keys of several people, to be wrapped in another way.
struct WrappedRows {
  /// What a statement begins with that reads them.
  static let select = """
    SELECT s.speaker_key, s.collection_id, s.speaker_id, \(WrappedKey.columns)
    FROM speaker_secrets k JOIN speakers s USING (speaker_key)
    """
  private let keys: [(person: PersonRow, wrapped: WrappedKey)]

  init(_ rows: PostgresResult) throws {
    keys = try rows.compactMap { row in
      let person = PersonRow(key: try row.int(0), collection: try row.int(1), speaker: try row.text(2))
      return try WrappedKey(row, 3).map { (person, $0) }
    }
  }

  var count: Int { keys.count }
  var last: Int64? { keys.last?.person.key }

  /// Wraps them by the service's key that `service` names, with a binding or as they are bound.
  func wrapAnew(
    _ ring: KeyRing, _ service: (WrappedKey) throws -> ServiceKey, _ binding: WrappedKey.Binding?,
    _ connection: isolated PostgresConnection
  ) throws {
    let fresh = try keys.map { person, wrapped in
      try WrappedKey(
        wrapped.unwrapped(for: person, ring), of: person, with: service(wrapped), binding: binding ?? wrapped.binding)
    }
    try connection.query(
      """
      UPDATE speaker_secrets k SET wrapped_key = n.wrapped, service_key_id = n.service, binding = n.binding
      FROM unnest($1, $2, $3, $4) AS n (speaker, wrapped, service, binding) WHERE k.speaker_key = n.speaker
      """,
      [
        .ints(keys.map(\.person.key)), .byteArrays(fresh.map(\.bytes)), .texts(fresh.map(\.serviceKey)),
        .ints(fresh.map(\.binding.rawValue)),
      ])
  }
}
