internal import Synchronization
internal import VoiceTensor

/// Templates in memory, `[people, dimension]`, searched by many while it changes.
///
/// In memory a value takes 8 bits; in full precision templates lie in a file, of which a search reads the rows of the
/// few that may be among the best. The result is that of comparing all in full precision.
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

  /// What is looked for.
  package struct Query: Sendable, Hashable {
    /// The L2-normalised vector, `[dimension]`.
    package var values: [Float]
    /// How many of the nearest are wanted.
    package var count: Int

    /// The `count` nearest to a vector.
    package init(_ values: [Float], count: Int) {
      self.values = values
      self.count = count
    }
  }

  private struct Place {
    var chunk: Int32
    var row: Int32
  }
  private struct State {
    var chunks: [GalleryChunk] = []
    var places: [Int64: Place] = [:]
    var slots = TemplateSlots()

    /// The chunk, as a copy of its own if a search still holds it.
    mutating func writable(_ index: Int) -> GalleryChunk {
      if !isKnownUniquelyReferenced(&chunks[index]) { chunks[index] = chunks[index].copy() }
      return chunks[index]
    }
  }

  /// Values of a template.
  package let dimension: Int
  private let originals: any TemplateRows
  private let state = Mutex(State())

  /// An empty gallery of templates of `dimension` values, which keeps them in full precision in `file`, or in memory
  /// without one.
  package init(dimension: Int, file: TemplateFile? = nil) {
    precondition(dimension > 0, "Gallery: dimension \(dimension)")
    self.dimension = dimension
    originals = file.map { FileRows(dimension: dimension, file: $0) } ?? MemoryRows(dimension: dimension)
  }

  /// Number of people.
  package var count: Int { state.withLock { $0.places.count } }

  /// Adds a person, or replaces the one of the same key. The template is L2-normalised, `[dimension]`. Throws when it
  /// is not finite or cannot be written.
  package func put(_ person: GalleryPerson, template: [Float]) throws(GalleryError) {
    try put([(person, template)])
  }

  /// The same of many people: faster than one after the other.
  package func put(_ people: [(person: GalleryPerson, template: [Float])]) throws(GalleryError) {
    var codes: [GalleryChunk.Code] = []
    codes.reserveCapacity(people.count)
    for (_, template) in people {
      precondition(template.count == dimension, "a template of \(template.count) values in a gallery of \(dimension)")
      codes.append(try .init(template))
    }
    // One may take a slot that was used before; many follow each other, so that they are written at once.
    let first = state.withLock { people.count == 1 ? $0.slots.take() : $0.slots.takeRun(people.count) }
    do { try originals.write(people.map(\.template), from: first) } catch {
      state.withLock { state in for slot in first..<first + people.count { state.slots.give(up: slot) } }
      throw error
    }
    state.withLock { state in
      for (index, (person, _)) in people.enumerated() { add(person, codes[index], slot: first + index, to: &state) }
    }
  }

  /// Gives the system the memory that was needed to make many templates: after loading.
  package static func giveBackMemory() { FreedMemory.giveBack() }

  private func add(_ person: GalleryPerson, _ code: GalleryChunk.Code, slot: Int, to state: inout State) {
    if let place = state.places[person.key] {
      let chunk = state.writable(Int(place.chunk))
      state.slots.give(up: Int(chunk.slots[Int(place.row)]))
      chunk.replace(at: Int(place.row), person, code, slot: slot)
      return
    }
    if state.chunks.last?.isFull ?? true { state.chunks.append(GalleryChunk(dimension: dimension)) }
    let last = state.chunks.count - 1
    let chunk = state.writable(last)
    chunk.append(person, code, slot: slot)
    state.places[person.key] = Place(chunk: Int32(last), row: Int32(chunk.count - 1))
  }

  /// Removes a person; false if there is none of that key. The last person takes the free place.
  @discardableResult
  package func remove(_ key: Int64) -> Bool {
    state.withLock { state in
      guard let place = state.places.removeValue(forKey: key) else { return false }
      let (chunk, row) = (state.writable(Int(place.chunk)), Int(place.row))
      state.slots.give(up: Int(chunk.slots[row]))
      let isLast = Int(place.chunk) == state.chunks.count - 1
      let last = isLast ? chunk : state.writable(state.chunks.count - 1)
      if chunk !== last || row != last.count - 1 {
        chunk.replace(at: row, byLastOf: last)
        state.places[chunk.people[row].key] = place
      }
      last.removeLast()
      if last.count == 0 { state.chunks.removeLast() }
      return true
    }
  }

  /// The nearest people, best first, equal scores by identifier (by bytes), and how many were compared.
  ///
  /// The order is that of the exact scores, in double precision. The query is L2-normalised, `[dimension]`. Throws when
  /// the file of templates cannot be read.
  package func nearest(
    to query: [Float], count: Int
  ) throws(GalleryError) -> (candidates: [Candidate], compared: Int) {
    try nearest(to: [Query(query, count: count)])[0]
  }

  /// The same for several queries, for all of which each template is read from memory once.
  package func nearest(to queries: [Query]) throws(GalleryError) -> [(candidates: [Candidate], compared: Int)] {
    for query in queries {
      let size = query.values.count
      precondition(size == dimension, "a query of \(size) values in a gallery of \(dimension)")
    }
    let (chunks, time) = state.withLock { ($0.chunks, $0.slots.beginSearch()) }
    defer { state.withLock { $0.slots.endSearch(time) } }
    return try GalleryScan(queries: queries, chunks: chunks, originals: originals).nearest()
  }
}
