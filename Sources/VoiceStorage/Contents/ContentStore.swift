internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// Contents of files, each stored once under its sum, in pieces, where every host finds them.
package struct ContentStore: Sendable {
  /// Most bytes of one piece.
  package static let maximumPiece = 1 << 20

  private static let sweptAtOnce: Int64 = 200
  private static let sweptBytesAtOnce: Int64 = 64 << 20

  let database: RegistryDatabase
  /// Tells that there may be contents that nobody needs any more.
  let garbage = News()

  init(database: RegistryDatabase) { self.database = database }

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

  /// Removes what nobody needs any more, a little at a time: no transaction takes long, and nobody waits for one. Those
  /// that a transaction is about to refer to are left. Gives how many contents went.
  @discardableResult
  package func sweep() async throws(RecognitionError) -> Int {
    var (last, count): (Int64, Int) = (0, 0)
    while true {
      let found = try await unneeded(after: last)
      guard let end = found.last?.row else { return count }
      last = end
      var (part, bytes): ([Int64], Int64) = ([], 0)
      for content in found {
        part.append(content.row)
        bytes += content.bytes
        guard bytes >= Self.sweptBytesAtOnce || content.row == end else { continue }
        count += try await remove(part)
        (part, bytes) = ([], 0)
      }
    }
  }

  private static let isUnneeded = """
    kept_until <= now() AND NOT EXISTS (SELECT FROM dataset_files f WHERE f.content_id = c.content_id)
      AND NOT EXISTS (SELECT FROM job_checkpoint_files f WHERE f.content_id = c.content_id)
    """

  private func unneeded(after row: Int64) async throws(RecognitionError) -> [(row: Int64, bytes: Int64)] {
    try await database.read { connection in
      try connection.query(
        """
        SELECT content_id, size_bytes FROM contents c WHERE content_id > $1 AND \(Self.isUnneeded)
        ORDER BY content_id LIMIT $2
        """, [.int(row), .int(Self.sweptAtOnce)]
      ).map { (row: try $0.int(0), bytes: try $0.int(1)) }
    }
  }

  private func remove(_ rows: [Int64]) async throws(RecognitionError) -> Int {
    try await database.write { connection in
      try connection.query(
        """
        DELETE FROM contents WHERE content_id IN (
          SELECT content_id FROM contents c WHERE content_id = ANY($1::text[]::bigint[]) AND \(Self.isUnneeded)
          FOR UPDATE SKIP LOCKED)
        """, [.texts(rows.map { "\($0)" })]
      ).affectedRows
    }
  }
}
