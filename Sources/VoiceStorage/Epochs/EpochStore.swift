internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The epochs and their files on PostgreSQL.
package struct EpochStore: Sendable {
  /// Most bytes of one piece of a file.
  package static let maximumPiece = 1 << 20

  let database: RegistryDatabase
  let news: News

  /// Begins to publish an epoch, whose files are then appended. Throws `invalidArgument` for a bundle too large.
  package func publish(
    _ manifest: EpochManifest, provenance: EpochProvenance? = nil, makeDefault: Bool
  ) async throws(RecognitionError) -> EpochUpload {
    try await EpochUpload(manifest, provenance: provenance, makeDefault: makeDefault, database: database)
  }

  /// Reads an epoch's files piece by piece, each at most `maximumPiece` bytes.
  ///
  /// Throws `notFound`, and `dataLoss` at the end of a file whose content is not what was published.
  package func fetch(
    _ record: EpochRecord, _ deliver: @Sendable (_ file: Int, _ piece: [UInt8]) async throws -> Void
  ) async throws {
    let bundle = try await database.read { try EpochRows.bundle(record.name, $0) }
    for (index, file) in record.manifest.files.enumerated() {
      var content = FileDigest(file)
      var number: Int64 = 0
      while let piece = try await chunk(bundle, Int64(index), number) {
        content.update(piece)
        try await deliver(index, piece)
        number += 1
      }
      guard content.isWhole else {
        throw RecognitionError(
          .dataLoss, reason: "STORED_DATA_DAMAGED", "file '\(file.name)' of epoch '\(record.name)' is damaged")
      }
    }
  }

  /// Gives all epochs, newest first: at once, and then whenever they or their use changed.
  ///
  /// While the database is away nothing comes; it goes on by itself. Returns when the task is cancelled or watching has
  /// ended.
  package func watch(_ deliver: @Sendable ([EpochRecord]) async throws -> Void) async throws {
    var last: [EpochRecord]?
    _ = try await news.looks {
      guard let now = try await epochs(unlessUnavailable: last != nil) else { return .failed }
      if now != last { try await deliver(now) }
      last = now
      return .upToDate
    }
  }

  /// Makes every `watch` return, also those to come: the program is about to end.
  package func endWatching() { news.finish() }

  /// All epochs; nil while the database is away, if that is to be waited for.
  private func epochs(unlessUnavailable waits: Bool) async throws(RecognitionError) -> [EpochRecord]? {
    do { return try await epochs() } catch {
      if error.code == .unavailable && waits { return nil }
      throw error
    }
  }

  private func chunk(_ bundle: Int64, _ file: Int64, _ number: Int64) async throws(RecognitionError) -> [UInt8]? {
    try await database.read { connection in
      try connection.query(
        "SELECT data FROM epoch_chunks WHERE bundle_id = $1 AND file_number = $2 AND chunk_number = $3",
        [.int(bundle), .int(file), .int(number)]
      ).first?.bytes(0)
    }
  }
}

extension EpochStore: EpochCatalogue {
  /// One epoch; nil asks for the default one.
  package func epoch(_ name: EpochName?) async throws(RecognitionError) -> EpochRecord {
    try await database.read { try EpochRows.find(name, $0) }
  }

  /// All epochs, newest first.
  package func epochs() async throws(RecognitionError) -> [EpochRecord] {
    try await database.read { try EpochRows.all($0) }
  }
}
