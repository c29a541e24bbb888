internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceSearch

/// One collection's gallery and how far it has come in the change log.
final class CollectionGallery: Sendable {
  private struct Loaded {
    let gallery: Gallery
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
  private let dimension: Int
  private let logger: Logger
  private let loaded = Mutex<Loaded?>(nil)
  /// One task at a time reads changes: an older state must not overwrite a newer one.
  private let turn = AsyncSemaphore(permits: 1)

  init(key: GalleryShelf.Key, dimension: Int, logger: Logger) {
    self.key = key
    self.dimension = dimension
    self.logger = logger
  }

  /// The gallery with every change up to a number; nil when the collection has gone.
  func catchUp(to number: ChangeNumber, _ database: RegistryDatabase) async throws(RecognitionError) -> Gallery? {
    if let gallery = current(number) { return gallery }
    do {
      return try await turn.withPermit {
        // Whoever had the turn before may have done it.
        if let gallery = self.current(number) { return gallery }
        return try await self.advance(database)
      }
    } catch { throw StorageError.domain(error) }
  }

  private func current(_ number: ChangeNumber) -> Gallery? {
    loaded.withLock { loaded in
      guard let loaded, loaded.number.covers(number) else { return nil }
      return loaded.gallery
    }
  }

  private func advance(_ database: RegistryDatabase) async throws(RecognitionError) -> Gallery? {
    if let begun = loaded.withLock({ $0 }) {
      let step = try await database.read { try self.applyChanges(since: begun.number, to: begun.gallery, $0) }
      switch step {
      case .done(let number):
        loaded.withLock { $0?.number = number }
        return begun.gallery
      case .gone: return nil
      case .reload: break
      }
    }
    let fresh = try await database.readSnapshot { try self.load($0) }
    loaded.withLock { $0 = fresh }
    if let fresh { logger.info("gallery loaded", metadata: ["people": "\(fresh.gallery.count)"]) }
    return fresh?.gallery
  }

  /// One statement, so that log and templates are of the same moment.
  private func applyChanges(
    since number: ChangeNumber, to gallery: Gallery, _ connection: isolated PostgresConnection
  ) throws -> Step {
    let rows = try connection.query(
      """
      SELECT k.incarnation, k.last_change, k.trimmed_to, c.collection_id IS NOT NULL,
        ch.speaker_key, s.speaker_id, s.display_name, t.template,
        coalesce(ch.speaker_key IS NULL AND ch.found, false)
      FROM change_counter k
      LEFT JOIN collections c ON c.collection_id = $1 AND c.epoch_id = $2
      LEFT JOIN (SELECT DISTINCT speaker_key, true AS found
        FROM changes WHERE collection_id = $1 AND sequence > $3) ch ON true
      LEFT JOIN speakers s ON s.speaker_key = ch.speaker_key
      LEFT JOIN templates t ON t.speaker_key = s.speaker_key AND t.epoch_id = $2
      """, [.int(key.collection), .int(key.epoch), .int(number.last)])
    let first = rows[0]
    guard try first.bool(3) else { return .gone }
    let now = ChangeNumber(incarnation: try first.text(0), last: try first.int(1))
    guard now.covers(number), try first.int(2) <= number.last else { return .reload }
    // The collection had another epoch meanwhile: voiceprints of this one may have come and gone without an entry.
    if try rows.contains(where: { try $0.bool(8) }) { return .reload }
    for row in rows {
      guard let speaker = try row.optionalInt(4) else { continue }
      if row.isNull(7) { gallery.remove(speaker) } else { try put(row, from: 4, into: gallery) }
    }
    return .done(now)
  }

  /// Reads all templates; nil when the collection has gone.
  private func load(_ connection: isolated PostgresConnection) throws -> Loaded? {
    let number = try ChangeNumber.current(connection)
    let alive = try connection.query(
      "SELECT 1 FROM collections WHERE collection_id = $1 AND epoch_id = $2", [.int(key.collection), .int(key.epoch)])
    if alive.isEmpty { return nil }
    let gallery = Gallery(dimension: dimension)
    try connection.forEachRow(
      """
      SELECT s.speaker_key, s.speaker_id, s.display_name, t.template
      FROM speakers s JOIN templates t USING (speaker_key) WHERE s.collection_id = $1 AND t.epoch_id = $2
      """, [.int(key.collection), .int(key.epoch)]
    ) { row in
      try put(row, from: 0, into: gallery)
    }
    return Loaded(gallery: gallery, number: number)
  }

  /// Columns: key, identifier, name, template.
  private func put(_ row: PostgresRow, from column: Int, into gallery: Gallery) throws {
    let person = GalleryPerson(
      key: try row.int(column), speaker: try row.text(column + 1), displayName: try row.text(column + 2))
    gallery.put(person, template: try TemplateBytes.read(row, column + 3, dimension: dimension))
  }
}
