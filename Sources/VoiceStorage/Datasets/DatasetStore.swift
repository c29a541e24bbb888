internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The data sets on PostgreSQL. All methods throw `RecognitionError`.
package struct DatasetStore: Sendable {
  let database: RegistryDatabase
  /// The contents of their files.
  package let contents: ContentStore

  /// Begins to store a data set, whose files are then listed and their contents appended.
  package func push(_ name: DatasetName) -> DatasetUpload {
    // What pushes that broke off have left goes meanwhile.
    contents.garbage.publish()
    return DatasetUpload(name, database: database, contents: contents)
  }

  /// Data sets by name.
  package func datasets(_ page: PageRequest) async throws(RecognitionError) -> Page<DatasetRecord> {
    let token = try PageToken(page.token, of: .datasets)
    let found = try await database.read { try DatasetRows.after(token.last, limit: page.size + 1, $0) }
    return PageToken.page(found, page, of: .datasets) { $0.name.value }
  }

  /// One data set. Throws `notFound`.
  package func dataset(_ name: DatasetName) async throws(RecognitionError) -> DatasetRecord {
    try await database.read { connection in
      guard let record = try DatasetRows.find(name, connection) else {
        throw RecognitionError.missing("dataset", name.value)
      }
      return record
    }
  }

  /// The files of a data set, by path. Throws `notFound`.
  package func files(of name: DatasetName) async throws(RecognitionError) -> [DatasetFile] {
    try await database.readSnapshot { connection in
      guard try DatasetRows.find(name, connection) != nil else {
        throw RecognitionError.missing("dataset", name.value)
      }
      return try connection.query(
        """
        SELECT f.path, c.size_bytes, c.sha256, f.is_list
        FROM dataset_files f JOIN datasets d USING (dataset_id) JOIN contents c USING (content_id)
        WHERE d.name = $1 ORDER BY f.path
        """, [.text(name.value)]
      ).map {
        try DatasetFile(
          path: DatasetPath($0.text(0)), sizeBytes: Int($0.int(1)), hash: ContentHash($0.text(2)), isList: $0.bool(3))
      }
    }
  }

  /// The sums of all data sets there are.
  package func digests() async throws(RecognitionError) -> Set<ContentHash> {
    try await database.read { connection in
      Set(try connection.query("SELECT digest FROM datasets").map { try ContentHash($0.text(0)) })
    }
  }

  /// Deletes a data set; the contents that nothing else needs go after it.
  ///
  /// Throws `notFound`, and `failedPrecondition` (`DATASET_IN_USE`) while a job that has not ended needs it.
  package func delete(_ name: DatasetName) async throws(RecognitionError) {
    try await database.change(AuditEntry(.deleteDataset, object: name.value)) { connection, _ in
      let row = try DatasetRows.lock(name, "UPDATE", connection)
      let jobs = try connection.query(
        "SELECT job_id FROM jobs WHERE dataset_id = $1 AND state IN ('queued', 'running') ORDER BY job_key",
        [.int(row)])
      if let job = try jobs.first?.text(0) {
        throw RecognitionError(
          .failedPrecondition, reason: "DATASET_IN_USE",
          "the data set '\(name)' is needed by \(job)\(jobs.count > 1 ? " and others" : ""): cancel what has not ended",
          metadata: ["job": job])
      }
      try connection.query("DELETE FROM datasets WHERE dataset_id = $1", [.int(row)])
    }
    contents.garbage.publish()
  }
}
