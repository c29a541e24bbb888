internal import Synchronization

/// The searches of a gallery that wait for a thread: whoever has one serves all of them in one scan, so that the more
/// searches wait, the less each costs.
package final class GallerySearches: Sendable {
  /// Most searches of a scan: from here on multiplications take the time, not the reading.
  private static let most = 32

  /// What a search found.
  package typealias Found = (candidates: [Gallery.Candidate], compared: Int)

  /// One search and its outcome, which comes once.
  package final class Search: Sendable {
    private enum State {
      case open([CheckedContinuation<Result<Found, GalleryError>, Never>])
      case over(Result<Found, GalleryError>)
    }
    let query: Gallery.Query
    private let state = Mutex(State.open([]))

    init(_ query: Gallery.Query) { self.query = query }

    /// What was found, once it was. Throws `GalleryError`.
    package func found() async throws(GalleryError) -> Found {
      let result = await withCheckedContinuation { continuation in
        let result = state.withLock { state -> Result<Found, GalleryError>? in
          switch state {
          case .over(let result): return result
          case .open(let waiting):
            state = .open(waiting + [continuation])
            return nil
          }
        }
        if let result { continuation.resume(returning: result) }
      }
      return try result.get()
    }

    func end(_ result: Result<Found, GalleryError>) {
      let waiting = state.withLock { state -> [CheckedContinuation<Result<Found, GalleryError>, Never>] in
        guard case .open(let waiting) = state else { return [] }
        state = .over(result)
        return waiting
      }
      for continuation in waiting { continuation.resume(returning: result) }
    }
  }

  /// The gallery that is searched.
  package let gallery: Gallery
  private let waiting = Mutex<[Search]>([])

  /// Searches of a gallery.
  package init(_ gallery: Gallery) { self.gallery = gallery }

  /// Lets a search wait; `serve` has to be called once for it, on a thread that may compute.
  package func add(_ query: Gallery.Query) -> Search {
    let search = Search(query)
    waiting.withLock { $0.append(search) }
    return search
  }

  /// Takes a search out again that nobody will call `serve` for; false when it is being served already.
  package func withdraw(_ search: Search) -> Bool {
    waiting.withLock { waiting in
      guard let index = waiting.firstIndex(where: { $0 === search }) else { return false }
      waiting.remove(at: index)
      return true
    }
  }

  /// Ends the searches that wait now, in one scan. There may be none: others have served them.
  package func serve() {
    let taken = waiting.withLock { waiting -> [Search] in
      let taken = Array(waiting.prefix(Self.most))
      waiting.removeFirst(taken.count)
      return taken
    }
    if taken.isEmpty { return }
    do {
      for (search, found) in zip(taken, try gallery.nearest(to: taken.map(\.query))) { search.end(.success(found)) }
    } catch { for search in taken { search.end(.failure(error)) } }
  }
}
