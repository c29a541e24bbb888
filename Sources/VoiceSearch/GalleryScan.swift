internal import VoiceTensor

/// One search of several queries over a snapshot of a gallery: each template is read from memory once for all of them.
///
/// The scan compares 8-bit templates with 16-bit queries. Its error has a proven bound B (`QueryCode`), so whoever is
/// among the best k in exact arithmetic scores at least L - B, with L the k-th largest of (score - B): k people are
/// certainly as good as L. Those few are read in full precision and compared exactly.
struct GalleryScan {
  /// Rows whose scores are held at a time.
  private static let rows = 512

  private struct Hit {
    let chunk: Int32
    let row: Int32
    /// Most that the exact score can be.
    let most: Float
  }

  private let queries: [Gallery.Query]
  private let codes: [QueryCode]
  private let chunks: [GalleryChunk]
  private let originals: any TemplateRows
  private let kernels: SearchKernels

  init(
    queries: [Gallery.Query], chunks: [GalleryChunk], originals: any TemplateRows, kernels: SearchKernels = .best
  ) {
    self.queries = queries
    self.chunks = chunks
    self.originals = originals
    self.kernels = kernels
    codes = queries.map { QueryCode($0.values) }
  }

  /// The best of each query by exact score, as many as it wants, and how many were compared.
  func nearest() throws(GalleryError) -> [(candidates: [Gallery.Candidate], compared: Int)] {
    let total = chunks.reduce(0) { $0 + $1.count }
    guard total > 0, queries.allSatisfy({ $0.count > 0 }) else { return queries.map { _ in ([], total) } }
    var largest = queries.map { LargestScores(min($0.count, total)) }
    var hits = [[Hit]](repeating: [], count: queries.count)
    scan(&largest, &hits)
    var results: [(candidates: [Gallery.Candidate], compared: Int)] = []
    for index in queries.indices {
      let found = hits[index].filter { $0.most >= largest[index].least }
      results.append((Array(try exact(found, queries[index].values).prefix(queries[index].count)), total))
    }
    return results
  }

  /// Collects who may be among the best.
  private func scan(_ largest: inout [LargestScores], _ hits: inout [[Hit]]) {
    let words = codes.flatMap(\.words)
    let factors = codes.map(\.factor)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: queries.count * Self.rows) { scores in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.rows) { indices in
        guard let scores = scores.baseAddress, let indices = indices.baseAddress else { return }
        for (number, chunk) in chunks.enumerated() {
          let bounds = codes.map { $0.bound(error: chunk.largestError, norm: chunk.largestNorm) }
          for first in stride(from: 0, to: chunk.count, by: Self.rows) {
            let rows = min(Self.rows, chunk.count - first)
            kernels.scores(
              blocks: (rows + SearchKernels.block - 1) / SearchKernels.block, pairs: chunk.pairs,
              chunk.codes + first * chunk.pairs * 2, scales: chunk.scales + first, queries: queries.count, words,
              factors: factors, scores, pitch: Self.rows)
            for query in queries.indices {
              let row = scores + query * Self.rows
              let floor = (largest[query].least - bounds[query]).nextDown
              let found = kernels.indices(of: row, count: rows, atLeast: floor, indices)
              for index in 0..<found {
                let score = row[Int(indices[index])]
                largest[query].insert((score - bounds[query]).nextDown)
                hits[query].append(
                  Hit(
                    chunk: Int32(number), row: Int32(first) + indices[index], most: (score + bounds[query]).nextUp))
              }
            }
          }
        }
      }
    }
  }

  /// The hits in the order of their exact scores.
  private func exact(_ hits: [Hit], _ query: [Float]) throws(GalleryError) -> [Gallery.Candidate] {
    var found: [Gallery.Candidate] = []
    for hit in hits {
      let (chunk, row) = (chunks[Int(hit.chunk)], Int(hit.row))
      let template = try originals.template(at: Int(chunk.slots[row]))
      found.append(.init(person: chunk.people[row], score: cosine(query, template)))
    }
    found.sort { $0.score != $1.score ? $0.score > $1.score : precedes($0.person.speaker, $1.person.speaker) }
    return found
  }
}

/// Whether one identifier comes before another, by bytes as PostgreSQL's collation "C" has it. `String` itself takes
/// identifiers for equal whose bytes differ.
private func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
