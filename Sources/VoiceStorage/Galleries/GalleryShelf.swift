internal import Logging
internal import Synchronization
internal import VoiceRecognition
internal import VoiceSearch

/// The galleries that are in memory: a collection's comes in with the first search and goes with the collection.
final class GalleryShelf: Sendable {
  struct Key: Hashable {
    let collection: Int64
    let epoch: Int64
  }

  private let database: RegistryDatabase
  private let vault: Vault
  private let file: TemplateFile?
  private let logger: Logger
  private let galleries = Mutex<[Key: CollectionGallery]>([:])

  /// A shelf whose galleries keep templates in full precision in `file`, or in memory without one.
  init(database: RegistryDatabase, vault: Vault, file: TemplateFile?, logger: Logger) {
    self.database = database
    self.vault = vault
    self.file = file
    self.logger = logger
  }

  /// The gallery of a collection with every change up to a number; nil when the collection has gone, or its epoch.
  func gallery(
    of collection: CollectionRow, upTo number: ChangeNumber
  ) async throws(RecognitionError) -> GallerySearches? {
    let key = Key(collection: collection.id, epoch: collection.epochID)
    let shelved = galleries.withLock { galleries in
      let gallery = galleries[key]
        ?? CollectionGallery(
          key: key, dimension: collection.embeddingSize, vault: vault, file: file, logger: logger)
      galleries[key] = gallery
      return gallery
    }
    if let gallery = try await shelved.catchUp(to: number, database) { return gallery }
    evict(key)
    return nil
  }

  /// Brings all galleries up to now, so that searches have little left to do.
  func refresh() async throws(RecognitionError) {
    let all = galleries.withLock { Array($0) }
    if all.isEmpty { return }
    let now = try await database.read { try ChangeNumber.current($0) }
    for (key, gallery) in all where try await gallery.catchUp(to: now, database) == nil { evict(key) }
  }

  /// The number of galleries in memory.
  var count: Int { galleries.withLock { $0.count } }

  /// The number of templates in memory.
  var templates: Int { galleries.withLock { Array($0.values) }.reduce(0) { $0 + $1.count } }

  private func evict(_ key: Key) { _ = galleries.withLock { $0.removeValue(forKey: key) } }
}
