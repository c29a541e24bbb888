internal import Synchronization

/// Templates in memory, `[people, dimension]`, searched by many while it changes.
///
/// A search works on a snapshot: it takes the list of chunks, for which it holds the lock a moment, and scans them
/// without it. A change touches one chunk, or its copy if a search still reads it. So searches never wait for each
/// other, a change never waits for a search, and a search sees every change that was finished before it began.
package final class Gallery: Sendable {
  /// A person and how near.
  package struct Candidate: Sendable, Hashable {
    /// Who.
    package var person: GalleryPerson
    /// Cosine of the two, -1 to 1.
    package var score: Double
  }

  private struct Place {
    var chunk: Int
    var row: Int
  }
  private struct State {
    var chunks: [GalleryChunk] = []
    var places: [Int64: Place] = [:]

    /// The chunk, as a copy of its own if a search still holds it.
    mutating func writable(_ index: Int) -> GalleryChunk {
      if !isKnownUniquelyReferenced(&chunks[index]) { chunks[index] = chunks[index].copy() }
      return chunks[index]
    }
  }

  /// Values of a template.
  package let dimension: Int
  private let state = Mutex(State())

  /// An empty gallery of templates of `dimension` values.
  package init(dimension: Int) {
    precondition(dimension > 0, "Gallery: dimension \(dimension)")
    self.dimension = dimension
  }

  /// Number of people.
  package var count: Int { state.withLock { $0.places.count } }

  /// Adds a person, or replaces the one of the same key. The template is L2-normalised, `[dimension]`.
  package func put(_ person: GalleryPerson, template: [Float]) {
    state.withLock { state in
      if let place = state.places[person.key] {
        state.writable(place.chunk).replace(at: place.row, person, template)
        return
      }
      if state.chunks.last?.isFull ?? true { state.chunks.append(GalleryChunk(dimension: dimension)) }
      let last = state.chunks.count - 1
      state.writable(last).append(person, template)
      state.places[person.key] = Place(chunk: last, row: state.chunks[last].people.count - 1)
    }
  }

  /// Removes a person; false if there is none of that key. The last person takes the free place.
  @discardableResult
  package func remove(_ key: Int64) -> Bool {
    state.withLock { state in
      guard let place = state.places.removeValue(forKey: key) else { return false }
      let last = state.chunks.count - 1
      let row = state.chunks[last].people.count - 1
      if place.chunk != last || place.row != row {
        let moved = state.chunks[last].people[row]
        let template = Array(state.chunks[last].template(at: row))
        state.writable(place.chunk).replace(at: place.row, moved, template)
        state.places[moved.key] = place
      }
      state.writable(last).removeLast()
      if state.chunks[last].people.isEmpty { state.chunks.removeLast() }
      return true
    }
  }

  /// The nearest people, best first, equal scores by identifier (by bytes), and how many were compared.
  ///
  /// The order is that of the exact scores: a float32 scan finds who may be among the best, double precision decides.
  /// The query is L2-normalised, `[dimension]`.
  package func nearest(to query: [Float], count: Int) -> (candidates: [Candidate], compared: Int) {
    precondition(query.count == dimension, "a query of \(query.count) values in a gallery of \(dimension)")
    return GalleryScan(query: query, chunks: state.withLock { $0.chunks }).nearest(count)
  }
}

