internal import VoicePostgres
package import VoiceRecognition

/// Contents of files, each stored once under its sum, in pieces, where every host finds them.
package struct ContentStore: Sendable {
  /// Most bytes of one piece.
  package static let maximumPiece = 1 << 20

  let database: RegistryDatabase

  /// Which of these are not stored; the others stay for a day at least.
  package func missing(_ hashes: [ContentHash]) async throws(RecognitionError) -> [ContentHash] {
    let stored = try await database.write { connection in
      // Locked in one order, so that two pushes of the same files never wait for each other.
      try connection.query(
        """
        UPDATE contents c SET kept_until = greatest(c.kept_until, now() + interval '1 day')
        FROM (SELECT content_id FROM contents WHERE sha256 = ANY($1) ORDER BY sha256 FOR NO KEY UPDATE) locked
        WHERE c.content_id = locked.content_id RETURNING c.sha256
        """, [.texts(Array(Set(hashes.map(\.value))))]
      ).map { try $0.text(0) }
    }
    let known = Set(stored)
    return hashes.filter { !known.contains($0.value) }
  }

  /// Begins to store a content of that sum and length.
  package func upload(_ hash: ContentHash, sizeBytes: Int) -> ContentUpload {
    ContentUpload(hash, sizeBytes: sizeBytes, database: database)
  }

  /// Reads a content piece by piece.
  ///
  /// Throws `notFound`, and `dataLoss` at its end when it is not what was stored.
  package func read(_ hash: ContentHash, _ deliver: @Sendable ([UInt8]) async throws -> Void) async throws {
    let size = try await database.read { connection in
      try connection.query("SELECT size_bytes FROM contents WHERE sha256 = $1", [.text(hash.value)]).first?.int(0)
    }
    guard let size else { throw RecognitionError.missing("content", hash.value) }
    var digest = ContentDigest()
    var number: Int64 = 0
    while digest.count < size, let piece = try await piece(hash, number) {
      digest.update(piece)
      try await deliver(piece)
      number += 1
    }
    guard digest.count == size, digest.value == hash else {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the stored content \(hash) is damaged")
    }
  }

  private func piece(_ hash: ContentHash, _ number: Int64) async throws(RecognitionError) -> [UInt8]? {
    try await database.read { connection in
      try connection.query(
        """
        SELECT k.data FROM contents c JOIN content_chunks k USING (content_id)
        WHERE c.sha256 = $1 AND k.chunk_number = $2
        """, [.text(hash.value), .int(number)]
      ).first?.bytes(0)
    }
  }

  /// Removes some of what nobody needs any more. Those that a transaction is about to refer to are left.
  static func sweep(_ connection: isolated PostgresConnection) throws {
    try connection.query(
      """
      DELETE FROM contents WHERE content_id IN (
        SELECT content_id FROM contents c WHERE kept_until <= now()
          AND NOT EXISTS (SELECT FROM dataset_files f WHERE f.content_id = c.content_id)
          AND NOT EXISTS (SELECT FROM job_checkpoint_files f WHERE f.content_id = c.content_id)
        LIMIT 10000 FOR UPDATE SKIP LOCKED)
      """)
  }
}
