import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition

@testable import VoiceStorage

extension StorageTests {
  @Suite struct MigrationTests {
    @Test("People of a database from before retained audio are found, verified and added to as before")
    func upgrade() async throws {
      let url = try await TestPostgres.makeDatabase()
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await PostgresMigrator(Array(Schema.migrations.prefix(3)), logger: logger).migrate(pool)
      let manifest = String(decoding: try Bundle(seed: 1).manifest.json(), as: UTF8.self)
      let epoch = try Bundle(seed: 1).manifest.epochName()
      try await pool.transaction { connection in
        try connection.query(
          """
          WITH b AS (INSERT INTO epoch_bundles DEFAULT VALUES RETURNING bundle_id)
          INSERT INTO epochs (name, fingerprint, embedding_size, manifest, bundle_id, is_default)
          SELECT $1, 'f', 4, $2, bundle_id, true FROM b
          """, [.text(epoch.value), .text(manifest)])
        try connection.script(
          """
          INSERT INTO collections (name, epoch_id, speaker_count) SELECT 'default', epoch_id, 1 FROM epochs;
          INSERT INTO speakers (collection_id, speaker_id, display_name, labels)
            SELECT collection_id, 'ann', 'Ann', '{}' FROM collections;
          """)
        let report = try StoredJSON.encode(AudioReport())
        try connection.query(
          """
          INSERT INTO utterances (speaker_key, epoch_id, embedding, report)
          SELECT speaker_key, epoch_id, $1, $2 FROM speakers JOIN collections USING (collection_id)
          """, [.floatBytes([1, 0, 0, 0]), .json(report)])
        try connection.query(
          "INSERT INTO templates SELECT speaker_key, epoch_id, embedding FROM utterances", [])
      }
      let storage = storage(on: url)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
      #expect(try await storage.speakers.collection(.standard).retainAudio == .none)
      let ann = try await storage.speakers.enroll(enrolment("ann", [[0, 1, 0, 0]], epoch: epoch)).speaker
      #expect(ann.utterances.map(\.hasAudio) == [false, false] && !ann.needsReenrollment)
      let match = try await storage.speakers.verify(
        Voiceprint(values: [1, 0, 0, 0], epoch: epoch), as: SpeakerID("ann"), in: .standard)
      #expect(abs(match.score - 0.5.squareRoot()) < 1e-6)
    }
  }
}
