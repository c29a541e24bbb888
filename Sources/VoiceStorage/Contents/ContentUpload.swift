internal import VoicePostgres
package import VoiceRecognition

/// A content that is being stored: it comes in piece by piece, and nobody sees it before `finish`.
package actor ContentUpload {
  /// The sum that it must have.
  package nonisolated let hash: ContentHash
  private let sizeBytes: Int
  private let database: RegistryDatabase
  private var digest = ContentDigest()
  private var rest: [UInt8] = []
  /// The row of a content of several pieces; a small one is written whole or not at all.
  private var row: Int64?
  private var number: Int64 = 0

  init(_ hash: ContentHash, sizeBytes: Int, database: RegistryDatabase) {
    self.hash = hash
    self.sizeBytes = sizeBytes
    self.database = database
  }

  /// Takes the next piece. Throws `invalidArgument` when there is more than was announced.
  package func append(_ piece: [UInt8]) async throws(RecognitionError) {
    digest.update(piece)
    guard digest.count <= sizeBytes else {
      throw .invalid("chunk.data", "is more than the \(sizeBytes) bytes that were announced of \(hash)")
    }
    rest += piece
    while rest.count >= ContentStore.maximumPiece, sizeBytes > ContentStore.maximumPiece {
      try await write(Array(rest.prefix(ContentStore.maximumPiece)))
      rest.removeFirst(ContentStore.maximumPiece)
    }
  }

  /// Whether all of it has come in.
  package var isComplete: Bool { digest.count == sizeBytes }

  /// Makes the content known; nothing happens if another was faster. Throws `invalidArgument` when it is not what was
  /// announced.
  package func finish() async throws(RecognitionError) {
    guard isComplete, digest.value == hash else {
      throw .invalid(
        "chunk.data", "the content announced as \(hash) has another length or SHA-256", reason: "BAD_CHECKSUM")
    }
    guard let row else { return try await writeWhole() }
    if !rest.isEmpty { try await write(rest) }
    let hash = hash
    try await database.write { connection in
      // One at a time of each sum: the second finds what the first has made.
      try connection.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.text(hash.value)])
      if try ContentUpload.keep(hash, connection) {
        try ContentUpload.discard(row, connection)
      } else {
        try connection.query(
          "UPDATE contents SET sha256 = $1 WHERE content_id = $2", [.text(hash.value), .int(row)])
      }
    }
    self.row = nil
  }

  /// Drops what came in; for an upload that broke off.
  package func abandon() async throws(RecognitionError) {
    guard let row else { return }
    try await database.write { try ContentUpload.discard(row, $0) }
  }

  private func write(_ data: [UInt8]) async throws(RecognitionError) {
    let (row, number, size) = (row, number, Int64(sizeBytes))
    self.number += 1
    self.row = try await database.write { connection in
      let row =
        try row
        ?? connection.query("INSERT INTO contents (size_bytes) VALUES ($1) RETURNING content_id", [.int(size)])[0]
        .int(0)
      try ContentUpload.insert(data, row, number, connection)
      return row
    }
  }

  private func writeWhole() async throws(RecognitionError) {
    let (hash, size, data) = (hash, Int64(sizeBytes), rest)
    try await database.write { connection in
      let made = try connection.query(
        """
        INSERT INTO contents (sha256, size_bytes) VALUES ($1, $2)
        ON CONFLICT (sha256) DO NOTHING RETURNING content_id
        """, [.text(hash.value), .int(size)])
      if let row = made.first {
        if !data.isEmpty { try ContentUpload.insert(data, row.int(0), 0, connection) }
      } else {
        _ = try ContentUpload.keep(hash, connection)
      }
    }
  }

  private static func insert(
    _ data: [UInt8], _ row: Int64, _ number: Int64, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      "INSERT INTO content_chunks (content_id, chunk_number, data) VALUES ($1, $2, $3)",
      [.int(row), .int(number), .bytes(data)])
  }

  /// Whether the content is stored already; then it stays for a day.
  private static func keep(_ hash: ContentHash, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query(
      "UPDATE contents SET kept_until = greatest(kept_until, now() + interval '1 day') WHERE sha256 = $1",
      [.text(hash.value)]
    ).affectedRows == 1
  }

  private static func discard(_ row: Int64, _ connection: isolated PostgresConnection) throws {
    try connection.query("DELETE FROM contents WHERE content_id = $1", [.int(row)])
  }
}
