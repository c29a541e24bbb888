internal import Synchronization
internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceSearch

/// Fills a gallery on threads of its own while the next rows come from the database.
final class GalleryLoader: Sendable {
  /// What a row says of a person.
  typealias Entry = (person: GalleryPerson, template: [Float])

  private struct State {
    var batches: [PostgresResult] = []
    var failure: (any Error)?
  }
  private let gallery: Gallery
  private let entry: @Sendable (PostgresRow) throws -> Entry
  private let threads: Int
  private let state = Mutex(State())
  /// Batches that may still be added before the reader waits.
  private let room = Semaphore()
  /// Batches that wait, and one wake-up a thread at the end.
  private let waiting = Semaphore()
  private let ended = Semaphore()

  private init(_ gallery: Gallery, threads: Int, _ entry: @escaping @Sendable (PostgresRow) throws -> Entry) {
    self.gallery = gallery
    self.threads = threads
    self.entry = entry
    for _ in 0..<2 * threads { room.post() }
    for index in 0..<threads { _ = WorkerThread(name: "gallery-\(index)") { self.work() } }
  }

  /// Calls `read` with a function that takes the batches it reads, and returns when all are in the gallery. Blocks: for
  /// a thread of one's own, as a connection's is.
  ///
  /// Throws what `read`, `entry` or the gallery throw.
  static func fill(
    _ gallery: Gallery, threads: Int, entry: @escaping @Sendable (PostgresRow) throws -> Entry,
    read: (_ add: (PostgresResult) throws -> Void) throws -> Void
  ) throws {
    let loader = GalleryLoader(gallery, threads: threads, entry)
    let reading = Result { try read(loader.add) }
    loader.finish()
    // A failed thread is why the reader was stopped.
    if let failure = loader.state.withLock({ $0.failure }) { throw failure }
    try reading.get()
  }

  private func add(_ batch: PostgresResult) throws {
    room.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
    state.withLock { $0.batches.append(batch) }
    waiting.post()
  }

  private func finish() {
    for _ in 0..<threads { waiting.post() }
    for _ in 0..<threads { ended.wait() }
  }

  private func work() {
    while true {
      waiting.wait()
      guard let batch = state.withLock({ $0.batches.isEmpty ? nil : $0.batches.removeFirst() }) else { break }
      do { try gallery.put(batch.map(entry)) } catch { state.withLock { $0.failure = $0.failure ?? error } }
      room.post()
    }
    ended.post()
  }
}
