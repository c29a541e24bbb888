internal import CVoiceKernels

/// The numbers of one step of Adam or AdamW, the same for all values of a parameter.
package struct AdamStep: Sendable {
  private let step: vk_adam_step

  /// Step k ≥ 1 with PyTorch's order of operations. A decay is added to the gradient, or decoupled: taken off the
  /// values themselves.
  package init(
    rate: Float, correction: Float, betas: (Double, Double), epsilon: Float, decay: Float = 0, shrink: Float = 1
  ) {
    step = vk_adam_step(
      keep1: Float(betas.0), take1: Float(1 - betas.0), keep2: Float(betas.1), take2: Float(1 - betas.1), rate: rate,
      root: correction, epsilon: epsilon, decay: decay, shrink: shrink)
  }

  /// w ← shrink · w, g ← g + decay · w, m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
  /// w ← w − rate · m / (√v / correction + ε); all of one length.
  package func callAsFunction(
    _ values: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
    first: UnsafeMutableBufferPointer<Float>, second: UnsafeMutableBufferPointer<Float>
  ) {
    run(.best, values, gradient, first, second)
  }

  func run(
    _ kernels: TrainingKernels, _ values: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeBufferPointer<Float>,
    _ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>
  ) {
    let count = values.count
    precondition(
      gradient.count == count && first.count == count && second.count == count,
      "Adam: \(gradient.count) gradients, \(first.count) and \(second.count) averages of \(count) values")
    guard let values = values.baseAddress, let gradient = gradient.baseAddress, let first = first.baseAddress,
      let second = second.baseAddress
    else { return }
    kernels.adam(step, count: count, gradient: gradient, values, first, second)
  }
}
