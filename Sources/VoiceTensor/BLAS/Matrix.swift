/// A row-major matrix held in an array, as a factor of a product.
struct Matrix {
  private let values: [Float]
  private let rows: Int
  private let columns: Int
  private let isTransposed: Bool

  init(_ values: [Float], rows: Int, columns: Int, isTransposed: Bool = false) {
    precondition(values.count == rows * columns, "matrix [\(rows), \(columns)] of \(values.count) values")
    self.values = values
    self.rows = rows
    self.columns = columns
    self.isTransposed = isTransposed
  }

  /// The matrix with its axes swapped; nothing is moved.
  var transposed: Matrix { Matrix(values, rows: rows, columns: columns, isTransposed: !isTransposed) }

  /// `sum += self · other`.
  func multiply(_ other: Matrix, addingTo sum: inout [Float]) {
    precondition(
      sum.count == (isTransposed ? columns : rows) * (other.isTransposed ? other.rows : other.columns),
      "matrix product into \(sum.count) values")
    withFactor { a in
      other.withFactor { b in
        sum.withUnsafeMutableBufferPointer { sum in
          guard let c = sum.baseAddress else { return }
          multiplyMatrices(a, b, into: c, adding: true)
        }
      }
    }
  }

  private func withFactor(_ body: (MatrixFactor) -> Void) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      body(MatrixFactor(base, rows: rows, columns: columns, transposed: isTransposed))
    }
  }
}
