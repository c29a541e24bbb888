internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// A checkpoint of a job: a folder of files, whose contents any worker can read.
package struct JobCheckpoint: Sendable, Hashable {
  /// A file of the folder.
  package struct File: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its length in bytes.
    package var sizeBytes: Int
    /// The sum of its content.
    package var hash: ContentHash

    /// A file of its parts.
    package init(name: String, sizeBytes: Int, hash: ContentHash) {
      (self.name, self.sizeBytes, self.hash) = (name, sizeBytes, hash)
    }
  }

  /// Name of the folder.
  package var name: String
  /// Its files, by name.
  package var files: [File]
  /// Whether a training goes on from it.
  package var isLast: Bool
  /// Whether its network is the best so far.
  package var isBest: Bool

  /// A checkpoint of its parts.
  package init(name: String, files: [File], isLast: Bool, isBest: Bool) {
    (self.name, self.files, self.isLast, self.isBest) = (name, files, isLast, isBest)
  }
}

extension JobLease {
  /// The last and the best checkpoint that were stored.
  package func checkpoints() async throws(RecognitionError) -> [JobCheckpoint] {
    let key = key
    return try await database.readSnapshot { connection in
      try connection.query(
        "SELECT name, is_last, is_best FROM job_checkpoints WHERE job_key = $1 ORDER BY name", [.int(key)]
      ).map { row in
        let name = try row.text(0)
        let files = try connection.query(
          """
          SELECT f.file, c.size_bytes, c.sha256 FROM job_checkpoint_files f JOIN contents c USING (content_id)
          WHERE f.job_key = $1 AND f.name = $2 ORDER BY f.file
          """, [.int(key), .text(name)])
        return try JobCheckpoint(
          name: name,
          files: files.map { try .init(name: $0.text(0), sizeBytes: Int($0.int(1)), hash: ContentHash($0.text(2))) },
          isLast: row.bool(1), isBest: row.bool(2))
      }
    }
  }

  /// Makes a checkpoint whose contents are stored the last one, and the best one if it is, and tells it as an event.
  /// Those that are neither go, and later the contents that were theirs alone.
  ///
  /// Throws `failedPrecondition` when a content is not there.
  package func save(_ checkpoint: JobCheckpoint) async throws(RecognitionError) {
    try await fenced { key, connection in
      try connection.query(
        "UPDATE job_checkpoints SET is_last = false, is_best = is_best AND NOT $2 WHERE job_key = $1",
        [.int(key), .bool(checkpoint.isBest)])
      // A resumed training may write the same place again.
      try connection.query(
        "DELETE FROM job_checkpoints WHERE job_key = $1 AND (name = $2 OR NOT is_best)",
        [.int(key), .text(checkpoint.name)])
      try connection.query(
        "INSERT INTO job_checkpoints (job_key, name, is_last, is_best) VALUES ($1, $2, true, $3)",
        [.int(key), .text(checkpoint.name), .bool(checkpoint.isBest)])
      for file in checkpoint.files { try JobLease.refer(key, checkpoint.name, file, connection) }
      let size = checkpoint.files.reduce(0) { $0 + $1.sizeBytes }
      let event = JobEvent.Checkpoint(name: checkpoint.name, isBest: checkpoint.isBest, sizeBytes: size)
      try JobRows.append(.checkpoint(event), to: key, connection)
    }
    garbage.publish()
  }

  private static func refer(
    _ key: Int64, _ name: String, _ file: JobCheckpoint.File, _ connection: isolated PostgresConnection
  ) throws {
    let bound = try connection.query(
      """
      WITH content AS (UPDATE contents SET kept_until = now() WHERE sha256 = $4 RETURNING content_id)
      INSERT INTO job_checkpoint_files (job_key, name, file, content_id) SELECT $1, $2, $3, content_id FROM content
      """, [.int(key), .text(name), .text(file.name), .text(file.hash.value)])
    guard bound.affectedRows == 1 else {
      throw RecognitionError(
        .failedPrecondition, reason: "CONTENT_MISSING", "the content of '\(name)/\(file.name)' is not stored")
    }
  }
}
