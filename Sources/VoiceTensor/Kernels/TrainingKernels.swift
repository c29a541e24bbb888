internal import CVoiceKernels

/// What only training needs, on raw memory; see `vk_training.h`. Matrices are dense, sums are added to.
struct TrainingKernels: Sendable {
  /// The kernels of the fastest instruction set of this machine.
  static let best = TrainingKernels(isa: .best)

  /// Outputs of `outerProducts` come in multiples of this.
  static let outputStep = Int(VK_OUTPUT_STEP)

  private let isa: KernelISA

  init(isa: KernelISA) {
    precondition(isa.isSupported, "training kernels: this machine cannot run \(isa)")
    self.isa = isa
  }

  private var table: UnsafePointer<vk_training_kernels> { vk_training_kernels_for(isa.identifier)! }

  /// `sums[c][o] += Σ_r x[r][c] · dy[r][o]`; rows of x may overlap, and outputs are a multiple of `outputStep`.
  func outerProducts(
    rows: Int, columns: Int, outputs: Int, x: UnsafePointer<Float>, xPitch: Int, dy: UnsafePointer<Float>,
    dyPitch: Int, sums: UnsafeMutablePointer<Float>, sumsPitch: Int
  ) {
    table.pointee.outer_products(rows, columns, outputs, x, xPitch, dy, dyPitch, sums, sumsPitch)
  }

  /// `sums[c] += Σ x`, `squares[c] += Σ x²` over the rows.
  func moments(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) {
    table.pointee.moments(rows, channels, x, sums, squares)
  }

  /// `y = x · scale + shift`, then ReLU if asked for.
  func norm(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, scale: UnsafePointer<Double>, shift: UnsafePointer<Double>,
    relu: Bool, _ y: UnsafeMutablePointer<Float>
  ) {
    table.pointee.norm(rows, channels, x, scale, shift, relu, y)
  }

  /// `sums[c] += Σ g`, `products[c] += Σ g · x`, where g is dy behind the ReLU of `norm`.
  func normMoments(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, scale: UnsafePointer<Double>,
    shift: UnsafePointer<Double>, relu: Bool, sums: UnsafeMutablePointer<Double>,
    products: UnsafeMutablePointer<Double>
  ) {
    table.pointee.norm_moments(rows, channels, x, dy, scale, shift, relu, sums, products)
  }

  /// `dx = g · scale + x · slope + offset`.
  func normGradient(
    rows: Int, channels: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, scale: UnsafePointer<Double>,
    shift: UnsafePointer<Double>, relu: Bool, slope: UnsafePointer<Double>, offset: UnsafePointer<Double>,
    _ dx: UnsafeMutablePointer<Float>
  ) {
    table.pointee.norm_gradient(rows, channels, x, dy, scale, shift, relu, slope, offset, dx)
  }

  /// `dx = dy` where y > 0, else 0.
  func reluGradient(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.pointee.relu_gradient(count, y, dy, dx)
  }

  /// One step of Adam; see ``AdamStep``.
  func adam(
    _ step: vk_adam_step, count: Int, gradient: UnsafePointer<Float>, _ values: UnsafeMutablePointer<Float>,
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: step) { table.pointee.adam(count, $0, gradient, values, first, second) }
  }
}
