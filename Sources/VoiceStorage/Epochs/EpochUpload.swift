internal import VoicePostgres
package import VoiceRecognition

/// An epoch that is being published: its files come in piece by piece, in order, and nothing counts until `finish`.
package actor EpochUpload {
  /// Most bytes of an epoch's files.
  package static let maximumBytes = 2 << 30

  private let manifest: EpochManifest
  private let provenance: EpochProvenance?
  private let makeDefault: Bool
  private let database: RegistryDatabase
  /// Where the files go; nil when the epoch is there already and the files are only checked.
  private let bundle: Int64?
  private var file = 0
  private var content: FileDigest?
  private var chunk: [UInt8] = []
  private var chunkNumber: Int64 = 0

  init(
    _ manifest: EpochManifest, provenance: EpochProvenance?, makeDefault: Bool, database: RegistryDatabase
  ) async throws(RecognitionError) {
    let bytes = manifest.files.reduce(0) { $0 + $1.sizeBytes }
    guard bytes <= Self.maximumBytes else {
      throw .invalid("manifest_json.files", "hold \(bytes) bytes, at most \(Self.maximumBytes) are taken")
    }
    self.manifest = manifest
    self.provenance = provenance
    self.makeDefault = makeDefault
    self.database = database
    content = manifest.files.first.map { FileDigest($0) }
    let name = try manifest.epochName()
    bundle = try await database.write { connection in
      if try EpochUpload.isPublished(manifest, name, connection) { return nil }
      // What an upload that broke off left behind.
      try connection.query(
        """
        DELETE FROM epoch_bundles b WHERE created_at < now() - interval '1 day'
          AND NOT EXISTS (SELECT FROM epochs e WHERE e.bundle_id = b.bundle_id)
        """)
      return try connection.query("INSERT INTO epoch_bundles DEFAULT VALUES RETURNING bundle_id")[0].int(0)
    }
  }

  /// Takes the next piece of a file; files come in the manifest's order.
  ///
  /// Throws `invalidArgument` for a piece out of place or a file that is not what the manifest says.
  package func append(file index: Int, _ piece: [UInt8]) async throws(RecognitionError) {
    guard piece.count <= EpochStore.maximumPiece else {
      throw .invalid("chunk.data", "has \(piece.count) bytes, at most \(EpochStore.maximumPiece) are taken")
    }
    guard manifest.files.indices ~= index, index >= file else {
      throw .invalid("chunk.file", "\(index) is out of place: files come one after the other, in the manifest's order")
    }
    while file < index { try await endFile() }
    content?.update(piece)
    guard let count = content?.count, count <= manifest.files[file].sizeBytes else {
      throw .invalid("chunk.data", "file '\(manifest.files[file].name)' is longer than the manifest says")
    }
    chunk += piece
    while chunk.count >= EpochStore.maximumPiece {
      try await write(Array(chunk.prefix(EpochStore.maximumPiece)))
      chunk.removeFirst(EpochStore.maximumPiece)
    }
  }

  /// Makes the epoch known, once all files are whole; false when it was before. With a job, only while that is the
  /// worker's.
  ///
  /// The first epoch becomes the default one and gets the collection `default`. Throws `invalidArgument` for missing or
  /// damaged files, `alreadyExists` when another epoch has this name, `aborted` (`LEASE_LOST`) when the job is
  /// another's.
  package func finish(
    for leased: LeasedJob? = nil
  ) async throws(RecognitionError) -> (record: EpochRecord, created: Bool) {
    while file < manifest.files.count { try await endFile() }
    let (manifest, provenance, makeDefault, bundle) = (manifest, provenance, makeDefault, bundle)
    let name = try manifest.epochName()
    return try await database.change(AuditEntry(.publishEpoch, object: name.value)) { connection, entry in
      // Publishing is rare; one at a time keeps "the first" a single one.
      try connection.script("LOCK TABLE epochs IN SHARE ROW EXCLUSIVE MODE")
      if let leased { try JobFence.pass(leased, connection) }
      let created = try !EpochUpload.isPublished(manifest, name, connection)
      if created, let bundle { try EpochUpload.insert(manifest, name, bundle, connection) }
      if !created, let bundle { try EpochUpload.discard(bundle, connection) }
      if let provenance { try EpochUpload.keep(provenance, name, connection) }
      try EpochUpload.setDefault(name, always: makeDefault, connection)
      try ChangeLog.notifyEpochs(connection)
      entry.isWorthARow = created || makeDefault
      return (try EpochRows.find(name, connection), created)
    }
  }

  /// Drops what came in; for an upload that broke off.
  package func abandon() async throws(RecognitionError) {
    guard let bundle else { return }
    try await database.write { try EpochUpload.discard(bundle, $0) }
  }
}

extension EpochUpload {
  private func endFile() async throws(RecognitionError) {
    guard content?.isWhole == true else {
      throw .invalid(
        "chunk.data", "file '\(manifest.files[file].name)' has another length or SHA-256 than the manifest says",
        reason: "BAD_CHECKSUM")
    }
    if !chunk.isEmpty { try await write(chunk) }
    chunk = []
    chunkNumber = 0
    file += 1
    content = file < manifest.files.count ? FileDigest(manifest.files[file]) : nil
  }

  private func write(_ data: [UInt8]) async throws(RecognitionError) {
    guard let bundle else { return }
    let place: [PostgresValue] = [.int(bundle), .int(Int64(file)), .int(chunkNumber)]
    chunkNumber += 1
    _ = try await database.write { connection in
      try connection.query(
        "INSERT INTO epoch_chunks (bundle_id, file_number, chunk_number, data) VALUES ($1, $2, $3, $4)",
        place + [.bytes(data)])
    }
  }

  /// Whether this very epoch is there. Throws `alreadyExists` when another one has its name.
  private static func isPublished(
    _ manifest: EpochManifest, _ name: EpochName, _ connection: isolated PostgresConnection
  ) throws -> Bool {
    let found = try connection.query("SELECT fingerprint FROM epochs WHERE name = $1", [.text(name.value)])
    guard let row = found.first else { return false }
    guard try row.text(0) == manifest.fingerprint else {
      throw RecognitionError(
        .alreadyExists, reason: "EPOCH_EXISTS", "there is an epoch '\(name)' with other content",
        field: "manifest_json")
    }
    return true
  }

  private static func insert(
    _ manifest: EpochManifest, _ name: EpochName, _ bundle: Int64, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      "INSERT INTO epochs (name, fingerprint, embedding_size, manifest, bundle_id) VALUES ($1, $2, $3, $4, $5)",
      [
        .text(name.value), .text(manifest.fingerprint), .int(Int64(manifest.embeddingSize)),
        .text(String(decoding: try manifest.json(), as: UTF8.self)), .int(bundle),
      ])
  }

  /// What was said first stays.
  private static func keep(
    _ provenance: EpochProvenance, _ name: EpochName, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      "UPDATE epochs SET provenance = $2 WHERE name = $1 AND provenance IS NULL",
      [.text(name.value), .json(try StoredJSON.encode(provenance))])
  }

  private static func discard(_ bundle: Int64, _ connection: isolated PostgresConnection) throws {
    try connection.query("DELETE FROM epoch_bundles WHERE bundle_id = $1", [.int(bundle)])
  }

  /// Makes the epoch that of new collections, if asked or if there is none; the first one gets its collection.
  private static func setDefault(
    _ name: EpochName, always: Bool, _ connection: isolated PostgresConnection
  ) throws {
    let isFirst = try connection.query("SELECT FROM epochs WHERE is_default").isEmpty
    guard always || isFirst else { return }
    try connection.query("UPDATE epochs SET is_default = false WHERE is_default AND name <> $1", [.text(name.value)])
    try connection.query("UPDATE epochs SET is_default = true WHERE name = $1", [.text(name.value)])
    guard isFirst else { return }
    try connection.query(
      """
      INSERT INTO collections (name, epoch_id) SELECT $1, epoch_id FROM epochs WHERE is_default
      ON CONFLICT (name) DO NOTHING
      """, [.text(CollectionName.standard.value)])
  }
}
