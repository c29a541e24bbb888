internal import VoiceTensor

/// Embeddings of unit length, `[count, dimensions]`, to be compared with each other.
package struct EmbeddingMatrix: Sendable {
  /// Number of embeddings.
  package let count: Int
  /// Values of an embedding.
  package let dimensions: Int
  private let values: [Float]

  /// Subtracts `centre` from each row, if given, and divides it by its length.
  ///
  /// Throws `badValue` naming the row that is of another size, not finite, or without direction.
  package init(_ rows: [[Float]], centre: [Float]? = nil) throws(EvaluationError) {
    let dimensions = rows.first?.count ?? 0
    var values: [Float] = []
    values.reserveCapacity(rows.count * dimensions)
    for (index, row) in rows.enumerated() {
      guard row.count == dimensions, centre?.count ?? dimensions == dimensions else {
        throw EvaluationError(.badValue, "embedding \(index) has \(row.count) values, others have \(dimensions)")
      }
      let centred = centre.map { zip(row, $0).map { $0 - $1 } } ?? row
      let length = centred.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length.isFinite, length > 0 else {
        throw EvaluationError(.badValue, "embedding \(index) has no direction: its length is \(length)")
      }
      values += centred.map { Float(Double($0) / length) }
    }
    (count, self.dimensions, self.values) = (rows.count, dimensions, values)
  }

  /// The mean of embeddings as they are; throws `badValue` for none or for rows of different size.
  package static func mean(_ rows: [[Float]]) throws(EvaluationError) -> [Float] {
    guard let first = rows.first, rows.allSatisfy({ $0.count == first.count }) else {
      throw EvaluationError(.badValue, "a mean needs embeddings of one size; \(rows.count) are given")
    }
    var sum = [Double](repeating: 0, count: first.count)
    for row in rows { for index in row.indices { sum[index] += Double(row[index]) } }
    return sum.map { Float($0 / Double(rows.count)) }
  }

  /// The cosine of two embeddings, -1 to 1.
  package func cosine(_ left: Int, _ right: Int) -> Float {
    precondition((0..<count).contains(left) && (0..<count).contains(right), "embeddings \(left), \(right) of \(count)")
    return values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return 0 }
      return VectorKernels.best.dot(base + left * dimensions, base + right * dimensions, count: dimensions)
    }
  }
}
