internal import VoiceTensor

/// Embeddings of unit length, `[count, dimensions]`, to be compared with each other.
package struct EmbeddingMatrix: Sendable {
  /// Number of embeddings.
  package let count: Int
  /// Values of an embedding.
  package let dimensions: Int
  private let values: [Float]

  /// Divides each row by its length; with a centre, that is subtracted and the rest divided by its length again.
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
      var unit = try Self.unit(row, index)
      if let centre { unit = try Self.unit(zip(unit, centre).map { $0 - $1 }, index) }
      values += unit
    }
    (count, self.dimensions, self.values) = (rows.count, dimensions, values)
  }

  /// The centre of a cohort: the mean of its embeddings, each divided by its length.
  ///
  /// Throws `badValue` for none, for rows of different size or without direction.
  package static func centre(_ rows: [[Float]]) throws(EvaluationError) -> [Float] {
    let cohort = try EmbeddingMatrix(rows)
    guard cohort.count > 0 else { throw EvaluationError(.badValue, "a centre needs embeddings; there are none") }
    var sum = [Double](repeating: 0, count: cohort.dimensions)
    for (index, value) in cohort.values.enumerated() { sum[index % cohort.dimensions] += Double(value) }
    return sum.map { Float($0 / Double(cohort.count)) }
  }

  /// The mean of each group of rows, divided by its length: a speaker's, for the clips of each. Throws `badValue` for
  /// one without direction.
  package func means(of groups: [[Int]]) throws(EvaluationError) -> EmbeddingMatrix {
    let sums = groups.map { rows in
      (0..<dimensions).map { column in
        Float(rows.reduce(0.0) { $0 + Double(values[$1 * dimensions + column]) } / Double(max(1, rows.count)))
      }
    }
    return try EmbeddingMatrix(sums)
  }

  private static func unit(_ row: [Float], _ index: Int) throws(EvaluationError) -> [Float] {
    let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length.isFinite, length > 0 else {
      throw EvaluationError(.badValue, "embedding \(index) has no direction: its length is \(length)")
    }
    return row.map { Float(Double($0) / length) }
  }

  /// The cosines of an embedding with all of another matrix.
  func cosines(of row: Int, with others: EmbeddingMatrix) -> [Float] {
    precondition(others.dimensions == dimensions, "embeddings of \(dimensions) and \(others.dimensions) values")
    return values.withUnsafeBufferPointer { own in
      others.values.withUnsafeBufferPointer { values in
        guard let own = own.baseAddress, let values = values.baseAddress else { return [] }
        return (0..<others.count).map {
          VectorKernels.best.dot(own + row * dimensions, values + $0 * dimensions, count: dimensions)
        }
      }
    }
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
