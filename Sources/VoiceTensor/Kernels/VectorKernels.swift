internal import CVoiceKernels

/// Everything of inference that is not a convolution, on raw memory.
///
/// Element-wise functions may write to their input. A matrix is `[rows][channels]` with `pitch` floats from row to row.
package struct VectorKernels: Sendable {
  /// The kernels of the fastest instruction set of this machine.
  package static let best = VectorKernels(isa: .best)

  /// The instruction set in use.
  package let isa: KernelISA

  /// The kernels of one instruction set.
  package init(isa: KernelISA) {
    precondition(isa.isSupported, "vector kernels: this machine cannot run \(isa)")
    self.isa = isa
  }

  private var table: UnsafePointer<vk_vector_kernels> { vk_vector_kernels_for(isa.identifier)! }

  // ---- Element-wise ----

  /// `y = max(x, 0)`; a NaN stays.
  package func relu(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.relu(count, x, y)
  }

  /// `y = eˣ`, within 2e-7 relative.
  package func exp(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.exp(count, x, y)
  }

  /// `y = 1 / (1 + e⁻ˣ)`.
  package func sigmoid(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.sigmoid(count, x, y)
  }

  /// `y = tanh x`, within 3e-7 relative.
  package func tanh(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.tanh(count, x, y)
  }

  /// `y = x / (1 + e⁻ˣ)`.
  package func silu(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.silu(count, x, y)
  }

  /// `y = a + b`.
  package func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.pointee.add(count, a, b, y)
  }

  /// `y = a + b` of each value of two maps of one shape.
  package func add(_ a: ActivationView, _ b: ActivationView, _ y: MutableActivationView) {
    precondition(a.sizes == b.sizes && a.sizes == y.view.sizes, "add: \(a.sizes) + \(b.sizes) → \(y.view.sizes)")
    for row in 0..<a.height {
      table.pointee.add_rows(
        a.width, a.channels, a.base + row * a.rowPitch, a.pixelPitch, b.base + row * b.rowPitch, b.pixelPitch,
        y.base + row * y.view.rowPitch, y.view.pixelPitch)
    }
  }

  /// `z = x · (1 + a) + y · (1 − a)` of each value of maps of one shape.
  package func fuse(_ x: ActivationView, _ y: ActivationView, by a: ActivationView, _ z: MutableActivationView) {
    precondition(
      [y.sizes, a.sizes, z.view.sizes].allSatisfy { $0 == x.sizes },
      "fuse: \(x.sizes) and \(y.sizes) by \(a.sizes) → \(z.view.sizes)")
    for row in 0..<x.height {
      table.pointee.fuse(
        x.width, x.channels, x.base + row * x.rowPitch, x.pixelPitch, y.base + row * y.rowPitch, y.pixelPitch,
        a.base + row * a.rowPitch, a.pixelPitch, z.base + row * z.view.rowPitch, z.view.pixelPitch)
    }
  }

  /// `y = x · scale + shift` for each channel of every pixel, then ReLU if asked for: a batch norm before its
  /// convolution.
  package func scaleShift(
    _ x: ActivationView, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, relu: Bool,
    output y: MutableActivationView
  ) {
    precondition(
      x.height == y.view.height && x.width == y.view.width && x.channels == y.view.channels,
      "scale and shift: \(x.sizes) → \(y.view.sizes)")
    for row in 0..<x.height {
      table.pointee.scale_shift(
        x.width, x.channels, x.base + row * x.rowPitch, x.pixelPitch, scale, shift, relu,
        y.base + row * y.view.rowPitch, y.view.pixelPitch)
    }
  }

  // ---- Reductions over rows ----

  /// The mean of each channel over the rows, `[channels]`.
  package func columnMeans(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, pitch: Int, means: UnsafeMutablePointer<Float>
  ) {
    precondition(rows > 0, "column means of no rows")
    table.pointee.column_means(rows, channels, x, pitch, means)
  }

  /// Mean and unbiased standard deviation of each channel over the rows, `[channels]` each; the deviation of one row
  /// is NaN, as in PyTorch.
  package func columnStatistics(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, pitch: Int, means: UnsafeMutablePointer<Float>,
    deviations: UnsafeMutablePointer<Float>
  ) {
    precondition(rows > 0, "column statistics of no rows")
    table.pointee.column_statistics(rows, channels, x, pitch, means, deviations)
  }

  /// The mean of each channel over consecutive segments of `segmentRows` rows, `[segments][channels]`; the last segment
  /// may be shorter.
  package func segmentMeans(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, pitch: Int, segmentRows: Int,
    means: UnsafeMutablePointer<Float>
  ) {
    precondition(rows > 0 && segmentRows > 0, "means over segments of \(segmentRows) of \(rows) rows")
    table.pointee.segment_means(rows, channels, x, pitch, segmentRows, means)
  }

  // ---- Products ----

  /// `Σ a · b`.
  package func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    table.pointee.dot(count, a, b)
  }

  /// `Σ x²`.
  package func squaredNorm(_ x: UnsafePointer<Float>, count: Int) -> Float {
    table.pointee.dot(count, x, x)
  }

  /// `y = matrix · x + bias`, `[rows]`: a small linear layer with PyTorch's weights `[rows][columns]`, or the scores of
  /// one query against a gallery.
  package func matrixVector(
    rows: Int, columns: Int, _ matrix: UnsafePointer<Float>, pitch: Int? = nil, _ x: UnsafePointer<Float>,
    bias: UnsafePointer<Float>? = nil, _ y: UnsafeMutablePointer<Float>
  ) {
    table.pointee.matrix_vector(rows, columns, matrix, pitch ?? columns, x, bias, y)
  }
}
