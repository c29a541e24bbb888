internal import COpenBLAS

/// A row-major matrix in memory that somebody else owns, as a factor of a product.
package struct MatrixFactor {
  let base: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let pitch: Int
  let transposed: Bool

  /// The matrix `[rows][columns]` at `base`, with `pitch` floats from row to row; `transposed` swaps the axes in the
  /// product.
  package init(
    _ base: UnsafePointer<Float>, rows: Int, columns: Int, pitch: Int? = nil, transposed: Bool = false
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.pitch = pitch ?? columns
    self.transposed = transposed
    precondition(self.pitch >= columns, "matrix [\(rows), \(columns)] with a pitch of \(self.pitch)")
  }

  var outerRows: Int { transposed ? columns : rows }
  var outerColumns: Int { transposed ? rows : columns }
}

/// `c = a · b`, or `c += a · b`, with `pitch` floats from row to row of `c`; on the calling thread.
package func multiplyMatrices(
  _ a: MatrixFactor, _ b: MatrixFactor, into c: UnsafeMutablePointer<Float>, pitch: Int? = nil, adding: Bool = false
) {
  precondition(
    a.outerColumns == b.outerRows,
    "matrix product: [\(a.outerRows), \(a.outerColumns)] · [\(b.outerRows), \(b.outerColumns)]")
  guard a.outerRows > 0, b.outerColumns > 0 else { return }
  OpenBLAS.useOneThread
  cblas_sgemm(
    CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
    blasint(a.outerRows), blasint(b.outerColumns), blasint(a.outerColumns), 1, a.base, blasint(a.pitch), b.base,
    blasint(b.pitch), adding ? 1 : 0, c, blasint(pitch ?? b.outerColumns))
}

private enum OpenBLAS {
  /// Its own threads would fight ours: callers bring the parallelism.
  static let useOneThread: Void = openblas_set_num_threads(1)
}
