internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceSearch

/// One collection's gallery and how far it has come in the change log.
final class CollectionGallery: Sendable {
  /// Threads that make templates of rows while others are read, and rows of a batch.
  private static let loadingThreads = 2
  private static let loadingRows = 1024

  private struct Loaded {
    let searches: GallerySearches
    var number: ChangeNumber
  }
  /// What one step towards the present led to.
  private enum Step {
    case done(ChangeNumber)
    /// The log does not reach back far enough, or the database is another one.
    case reload
    case gone
  }

  private let key: GalleryShelf.Key
  private let reader: TemplateReader
  private let file: TemplateFile?
  private let logger: Logger
  private let loaded = Mutex<Loaded?>(nil)
  /// One task at a time reads changes: an older state must not overwrite a newer one.
  private let turn = AsyncSemaphore(permits: 1)

  init(key: GalleryShelf.Key, dimension: Int, vault: Vault, file: TemplateFile?, logger: Logger) {
    self.key = key
    reader = TemplateReader(vault: vault, collection: key.collection, epoch: key.epoch, dimension: dimension)
    self.file = file
    self.logger = logger
  }

  /// Templates in memory.
  var count: Int { loaded.withLock { $0 }?.searches.gallery.count ?? 0 }

  /// The gallery with every change up to a number; nil when the collection has gone.
  func catchUp(
    to number: ChangeNumber, _ database: RegistryDatabase
  ) async throws(RecognitionError) -> GallerySearches? {
    if let searches = current(number) { return searches }
    do {
      return try await turn.withPermit {
        // Whoever had the turn before may have done it.
        if let searches = self.current(number) { return searches }
        return try await self.advance(database)
      }
    } catch { throw StorageError.domain(error) }
  }

  private func current(_ number: ChangeNumber) -> GallerySearches? {
    loaded.withLock { loaded in
      guard let loaded, loaded.number.covers(number) else { return nil }
      return loaded.searches
    }
  }

  private func advance(_ database: RegistryDatabase) async throws(RecognitionError) -> GallerySearches? {
    if let begun = loaded.withLock({ $0 }) {
      let step = try await database.read { try self.applyChanges(since: begun.number, to: begun.searches.gallery, $0) }
      switch step {
      case .done(let number):
        loaded.withLock { $0?.number = number }
        return begun.searches
      case .gone: return nil
      case .reload: break
      }
    }
    let fresh = try await database.readSnapshot { try self.load($0) }
    loaded.withLock { $0 = fresh }
    if let fresh { logger.info("gallery loaded", metadata: ["people": "\(fresh.searches.gallery.count)"]) }
    return fresh?.searches
  }

  /// One statement, so that log and templates are of the same moment.
  private func applyChanges(
    since number: ChangeNumber, to gallery: Gallery, _ connection: isolated PostgresConnection
  ) throws -> Step {
    let rows = try connection.query(
      """
      SELECT n.incarnation, n.last_change, n.trimmed_to, c.collection_id IS NOT NULL,
        coalesce(ch.speaker_key IS NULL AND ch.found, false),
        ch.speaker_key, s.speaker_id, s.display_name, \(TemplateReader.columns)
      FROM change_counter n
      LEFT JOIN collections c ON c.collection_id = $1 AND c.epoch_id = $2
      LEFT JOIN (SELECT DISTINCT speaker_key, true AS found
        FROM changes WHERE collection_id = $1 AND sequence > $3) ch ON true
      LEFT JOIN speakers s ON s.speaker_key = ch.speaker_key
      LEFT JOIN templates t ON t.speaker_key = s.speaker_key AND t.epoch_id = $2
      \(TemplateReader.join)
      """, [.int(key.collection), .int(key.epoch), .int(number.last)])
    let first = rows[0]
    guard try first.bool(3) else { return .gone }
    let now = ChangeNumber(incarnation: try first.text(0), last: try first.int(1))
    guard now.covers(number), try first.int(2) <= number.last else { return .reload }
    // The collection had another epoch meanwhile: voiceprints of this one may have come and gone without an entry.
    if try rows.contains(where: { try $0.bool(4) }) { return .reload }
    for row in rows {
      guard let speaker = try row.optionalInt(5) else { continue }
      if row.isNull(8) { gallery.remove(speaker) } else { try gallery.put([entry(of: row, from: 5)]) }
    }
    return .done(now)
  }

  /// Reads all templates; nil when the collection has gone.
  private func load(_ connection: isolated PostgresConnection) throws -> Loaded? {
    let number = try ChangeNumber.current(connection)
    let alive = try connection.query(
      "SELECT 1 FROM collections WHERE collection_id = $1 AND epoch_id = $2", [.int(key.collection), .int(key.epoch)])
    if alive.isEmpty { return nil }
    let gallery = Gallery(dimension: reader.dimension, file: file)
    try GalleryLoader.fill(gallery, threads: Self.loadingThreads, entry: { try self.entry(of: $0, from: 0) }) { add in
      try connection.forEachBatch(
        """
        SELECT s.speaker_key, s.speaker_id, s.display_name, \(TemplateReader.columns)
        FROM speakers s JOIN templates t USING (speaker_key) \(TemplateReader.join)
        WHERE s.collection_id = $1 AND t.epoch_id = $2
        """, [.int(key.collection), .int(key.epoch)], size: Self.loadingRows, add)
    }
    Gallery.giveBackMemory()
    return Loaded(searches: GallerySearches(gallery), number: number)
  }

  /// Columns: key, identifier, name, and what the reader wants.
  private func entry(of row: PostgresRow, from column: Int) throws -> GalleryLoader.Entry {
    let person = GalleryPerson(
      key: try row.int(column), speaker: try row.text(column + 1), displayName: try row.text(column + 2))
    return (person, try reader.read(row, column + 3, of: person.key, person.speaker))
  }
}
