internal import VoicePostgres
package import VoiceRecognition

/// A data set that is being pushed: its files are listed, the contents that are not stored yet come in piece by piece,
/// and there is no data set before `finish`.
package actor DatasetUpload {
  private let name: DatasetName
  private let database: RegistryDatabase
  private let contents: ContentStore
  private var listing = DatasetListing()
  private var file = -1
  private var upload: ContentUpload?

  init(_ name: DatasetName, database: RegistryDatabase, contents: ContentStore) {
    (self.name, self.database, self.contents) = (name, database, contents)
  }

  /// Lists more files. Throws `invalidArgument` for a path that is taken, and after the first piece.
  package func add(_ files: [DatasetFile]) throws(RecognitionError) {
    guard file < 0 else { throw .invalid("payload", "after the first chunk no more files may be listed") }
    for file in files { try listing.add(file) }
  }

  /// Takes the next piece of a file; files come in the order of the list.
  ///
  /// Throws `invalidArgument` for a piece out of place or a file that is not what the list says.
  package func append(file index: Int, _ piece: [UInt8]) async throws(RecognitionError) {
    guard piece.count <= ContentStore.maximumPiece else {
      throw .invalid("chunk.data", "has \(piece.count) bytes, at most \(ContentStore.maximumPiece) are taken")
    }
    guard listing.files.indices ~= index, index >= file else {
      throw .invalid("chunk.file", "\(index) is out of place: files come one after the other, in the list's order")
    }
    if index > file {
      try await endFile()
      let next = listing.files[index]
      (file, upload) = (index, contents.upload(next.hash, sizeBytes: next.sizeBytes))
    }
    try await upload?.append(piece)
  }

  /// Makes the data set known, once all contents are stored; false when it was before.
  ///
  /// Throws `invalidArgument` for missing or damaged contents and for lists that are none, `alreadyExists` when another
  /// data set has this name.
  package func finish() async throws(RecognitionError) -> (record: DatasetRecord, created: Bool) {
    try await endFile()
    guard !listing.files.isEmpty else { throw .invalid("files", "are missing: a data set has at least one") }
    let (name, files, digest) = (name, listing.files, try listing.digest())
    let lists = try await lists()
    return try await database.change(AuditEntry(.pushDataset, object: name.value)) { connection, entry in
      if let record = try DatasetRows.find(name, connection) {
        guard record.digest == digest else {
          throw RecognitionError(
            .alreadyExists, reason: "DATASET_EXISTS",
            "there is a data set '\(name)' with other files: delete it, or push under another name",
            field: "header.name")
        }
        entry.isWorthARow = false
        return (record, false)
      }
      let row = try DatasetUpload.insert(name, digest, files, lists, connection)
      try DatasetUpload.refer(row, to: files, connection)
      entry.count = files.count
      guard let record = try DatasetRows.find(name, connection) else {
        throw RecognitionError.missing("dataset", name.value)
      }
      return (record, true)
    }
  }

  /// Drops what is not whole; for a push that broke off. Contents that came whole stay for a day.
  package func abandon() async throws(RecognitionError) { try await upload?.abandon() }
}

extension DatasetUpload {
  private func endFile() async throws(RecognitionError) {
    guard let upload else { return }
    try await upload.finish()
    self.upload = nil
  }

  /// The lists, each of whose clips is a file.
  private func lists() async throws(RecognitionError) -> [DatasetList] {
    var lists: [DatasetList] = []
    for file in listing.files where file.isList {
      let content = BytesCollector()
      do { try await contents.read(file.hash) { await content.append($0) } } catch let error as RecognitionError {
        throw error.code == .notFound ? DatasetUpload.missing(file.path.value) : error
      } catch { throw StorageError.domain(error) }
      lists.append(try DatasetList(path: file.path, content: await content.bytes, files: listing.paths))
    }
    return lists.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func insert(
    _ name: DatasetName, _ digest: ContentHash, _ files: [DatasetFile], _ lists: [DatasetList],
    _ connection: isolated PostgresConnection
  ) throws -> Int64 {
    let made = try connection.query(
      """
      INSERT INTO datasets (name, digest, file_count, size_bytes, lists) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (name) DO NOTHING RETURNING dataset_id
      """,
      [
        .text(name.value), .text(digest.value), .int(Int64(files.count)),
        .int(Int64(files.reduce(0) { $0 + $1.sizeBytes })), .json(try StoredJSON.encode(lists)),
      ])
    guard let row = made.first else {
      throw RecognitionError(
        .aborted, reason: "CONCURRENT_CHANGE", "another push of '\(name)' came between: try again")
    }
    return try row.int(0)
  }

  /// Binds the data set to its contents. Throws `invalidArgument` naming one that is not stored.
  private static func refer(
    _ row: Int64, to files: [DatasetFile], _ connection: isolated PostgresConnection
  ) throws {
    for begin in stride(from: 0, to: files.count, by: 10_000) {
      let part = files[begin..<min(begin + 10_000, files.count)]
      let bound = try connection.query(
        """
        INSERT INTO dataset_files (dataset_id, path, content_id, is_list)
        SELECT $1, f.path, c.content_id, f.kind = 'list'
        FROM unnest($2, $3, $4, $5) AS f(path, sha256, size_bytes, kind)
          JOIN contents c ON c.sha256 = f.sha256 AND c.size_bytes = f.size_bytes::bigint
        ORDER BY c.content_id FOR KEY SHARE OF c RETURNING path
        """,
        [
          .int(row), .texts(part.map(\.path.value)), .texts(part.map(\.hash.value)),
          .texts(part.map { "\($0.sizeBytes)" }), .texts(part.map { $0.isList ? "list" : "file" }),
        ])
      if bound.count < part.count {
        let there = Set(try bound.map { try $0.text(0) })
        throw missing(part.first { !there.contains($0.path.value) }?.path.value ?? "")
      }
    }
    // From now on the data set keeps them, and nothing else has to.
    try connection.query(
      """
      UPDATE contents c SET kept_until = now()
      FROM (SELECT content_id FROM contents WHERE content_id IN
        (SELECT content_id FROM dataset_files WHERE dataset_id = $1) ORDER BY sha256 FOR NO KEY UPDATE) locked
      WHERE c.content_id = locked.content_id
      """, [.int(row)])
  }

  private static func missing(_ path: String) -> RecognitionError {
    .invalid(
      "files", "the content of '\(path)' was not sent and is not stored with that length: send it too",
      reason: "CONTENT_MISSING")
  }
}

/// Collects what comes in pieces.
private actor BytesCollector {
  private(set) var bytes: [UInt8] = []
  func append(_ piece: [UInt8]) { bytes += piece }
}
