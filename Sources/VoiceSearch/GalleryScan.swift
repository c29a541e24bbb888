internal import VoiceTensor

/// One search over a snapshot of a gallery.
struct GalleryScan {
  let query: [Float]
  let chunks: [GalleryChunk]

  /// The best `count` by exact score and how many were compared.
  func nearest(_ count: Int) -> (candidates: [Gallery.Candidate], compared: Int) {
    let total = chunks.reduce(0) { $0 + $1.people.count }
    guard count > 0, total > 0 else { return ([], total) }
    let scores = scan(total)
    // Whoever is this near to the last of the best may be better than that one in exact arithmetic.
    let least = kthLargest(scores, min(count, total)) - 2 * error
    var found: [Gallery.Candidate] = []
    var first = 0
    for chunk in chunks {
      for row in chunk.people.indices where scores[first + row] >= least {
        let score = query.withUnsafeBufferPointer { cosine($0, chunk.template(at: row)) }
        found.append(.init(person: chunk.people[row], score: score))
      }
      first += chunk.people.count
    }
    found.sort { $0.score != $1.score ? $0.score > $1.score : precedes($0.person.speaker, $1.person.speaker) }
    return (Array(found.prefix(count)), total)
  }

  /// Bound of the rounding error of a float32 dot product of unit vectors, n u / (1 - n u) with u = 2^-24 (Higham,
  /// Accuracy and Stability of Numerical Algorithms, §3.1), with as much again for norms that are not exactly 1.
  private var error: Float { 2 * Float(query.count) * 0x1p-24 }

  /// The float32 scores, in the chunks' order.
  private func scan(_ total: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: total) { scores, filled in
      for chunk in chunks {
        guard let output = scores.baseAddress?.advanced(by: filled) else { return }
        VectorKernels.best.matrixVector(
          rows: chunk.people.count, columns: query.count, chunk.rows, pitch: chunk.stride, query, output)
        filled += chunk.people.count
      }
    }
  }

  /// The `rank`-th largest of the scores, which are at least so many.
  private func kthLargest(_ scores: [Float], _ rank: Int) -> Float {
    // The largest so far in rising order; almost every score is below the first and costs one comparison.
    var largest = scores[..<rank].sorted()
    for score in scores[rank...] where score > largest[0] {
      let place = largest.partitioningIndex { $0 >= score }
      largest.insert(score, at: place)
      largest.removeFirst()
    }
    return largest[0]
  }
}

extension [Float] {
  /// The first index whose element fulfils a condition that, once fulfilled, stays so; the count if none does.
  fileprivate func partitioningIndex(where isAfter: (Float) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Whether one identifier comes before another, by bytes as PostgreSQL's collation "C" has it. `String` itself takes
/// identifiers for equal whose bytes differ.
private func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
