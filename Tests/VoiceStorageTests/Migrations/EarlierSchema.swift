import VoicePostgres
import VoiceRecognition

@testable import VoiceStorage

/// A database as a program of an earlier schema left it, and what that program wrote, in its own statements.
struct EarlierSchema: Sendable {
  /// The last step that the program knew.
  let step: Int
  let pool: PostgresPool
  let bundle: Bundle
  let key = DataKey.random()

  static let recording = Recording(content: Array("what was said".utf8))

  /// Migrates an empty database to a step.
  init(_ step: Int, _ url: String) async throws {
    self.step = step
    pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
    bundle = try Bundle(seed: 1)
    try await PostgresMigrator(Array(Schema.migrations.prefix(step)), logger: logger).migrate(pool)
  }

  /// An epoch with its files, the one of new collections.
  func publish() async throws {
    let (manifest, name) = (bundle.manifest, try bundle.manifest.epochName())
    let text = String(decoding: try manifest.json(), as: UTF8.self)
    try await pool.transaction { connection in
      let id = try connection.query("INSERT INTO epoch_bundles DEFAULT VALUES RETURNING bundle_id")[0].int(0)
      for (number, content) in bundle.files.enumerated() {
        try connection.query(
          "INSERT INTO epoch_chunks (bundle_id, file_number, chunk_number, data) VALUES ($1, $2, 0, $3)",
          [.int(id), .int(Int64(number)), .bytes(content)])
      }
      try connection.query(
        """
        INSERT INTO epochs (name, fingerprint, embedding_size, manifest, bundle_id, is_default)
        VALUES ($1, $2, 4, $3, $4, true)
        """, [.text(name.value), .text(manifest.fingerprint), .text(text), .int(id)])
      if step >= 2 {
        try connection.query("INSERT INTO collections (name, epoch_id) SELECT 'default', epoch_id FROM epochs")
      }
    }
  }

  /// Enrols a person with one utterance; from step 4 on with the recording, from step 9 on sealed.
  func enroll(_ name: String, _ vector: [Float]) async throws {
    guard step >= 2 else { return }
    let report = try StoredJSON.encode(AudioReport(durationSeconds: 3))
    try await pool.transaction { connection in
      let row = try connection.query(
        """
        INSERT INTO speakers (collection_id, speaker_id, display_name, labels)
        SELECT collection_id, $1, $1, '{"floor": "3"}' FROM collections WHERE name = 'default'
        RETURNING speaker_key, collection_id, (SELECT epoch_id FROM epochs)
        """, [.text(name)])[0]
      let (person, epoch) = (try row.int(0), try row.int(2))
      let unit = try Voiceprint(values: vector, epoch: bundle.manifest.epochName()).normalised()
      let old = step < 4
      let utterance = try connection.query(
        old
          ? "INSERT INTO utterances (speaker_key, report, epoch_id, embedding) VALUES ($1, $2, $3, $4) "
            + "RETURNING utterance_id"
          : "INSERT INTO utterances (speaker_key, report) VALUES ($1, $2) RETURNING utterance_id",
        [.int(person), .json(report)] + (old ? [.int(epoch), .floatBytes(unit)] : []))[0].text(0)
      let template = try stored(unit, .template(speaker: person, epoch: epoch))
      if !old {
        try keep(utterance, PersonRow(key: person, collection: row.int(1), speaker: name), connection)
        try connection.query(
          "INSERT INTO utterance_embeddings (utterance_id, epoch_id, embedding) VALUES ($1, $2, $3)",
          [.text(utterance), .int(epoch), stored(unit, .utterance(utterance, speaker: person, epoch: epoch))])
      }
      try connection.query(
        "INSERT INTO templates (speaker_key, epoch_id, template) VALUES ($1, $2, $3)",
        [.int(person), .int(epoch), template])
      try connection.query("UPDATE collections SET speaker_count = speaker_count + 1")
      if step >= 3 { try change(person, row.int(1), connection) }
    }
  }

  /// What else programs of the step wrote: a promotion that drains, a data set with a job, a deletion.
  func writeTheRest() async throws {
    try await pool.transaction { connection in
      if step >= 5 {
        try connection.script(
          """
          INSERT INTO promotions (collection_id, from_epoch, to_epoch, state, unretained_policy, quorum,
            utterances_per_second, retain_seconds, flipped_at)
          SELECT collection_id, epoch_id, epoch_id, 'FINISHED', 'fail', 1, 0, 0, now() FROM collections
          """)
      }
      if step >= 6 {
        try connection.script(
          """
          INSERT INTO datasets (name, digest, file_count, size_bytes, lists)
            VALUES ('speech', repeat('0', 64), 0, 0, '[]');
          INSERT INTO jobs (dataset_id, dataset, configuration, seed, evaluates, priority)
            SELECT dataset_id, name, 'a: b', 7, false, 0 FROM datasets;
          """)
      }
      if step >= 10 { try connection.query("DELETE FROM speakers WHERE speaker_id = 'gone'") }
    }
  }

  private func keep(
    _ utterance: String, _ person: PersonRow, _ connection: isolated PostgresConnection
  ) throws {
    let wrapped = try WrappedKey(key, of: person, with: serviceKey(), binding: step >= 9 ? .person : .row)
    try connection.query(
      "INSERT INTO speaker_secrets (speaker_key, wrapped_key, service_key_id) VALUES ($1, $2, $3)",
      [.int(person.key), .bytes(wrapped.bytes), .text(wrapped.serviceKey)])
    if step >= 9 {
      try connection.query(
        "UPDATE speaker_secrets SET binding = $2 WHERE speaker_key = $1", [.int(person.key), .int(2)])
      try connection.query("UPDATE vault SET current_key = $1", [.text(wrapped.serviceKey)])
    }
    let sealed = PersonVault(speaker: person.key, key: .success(key), sealing: .new)
    try AudioVault(vault: Vault(ring: nil)).store([(utterance, Self.recording)], of: sealed, connection)
  }

  private func stored(_ values: [Float], _ place: VoiceprintPlace) throws -> PostgresValue {
    step >= 9 ? .bytes(try StoredVoiceprint.seal(values, key, place)) : .floatBytes(values)
  }

  private func change(_ person: Int64, _ collection: Int64, _ connection: isolated PostgresConnection) throws {
    try connection.query(
      """
      WITH counter AS (UPDATE change_counter SET last_change = last_change + 1 RETURNING last_change)
      INSERT INTO changes (sequence, collection_id, speaker_key) SELECT last_change, $1, $2 FROM counter
      """, [.int(collection), .int(person)])
  }
}
