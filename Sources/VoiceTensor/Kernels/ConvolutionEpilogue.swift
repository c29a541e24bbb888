/// What a convolution does to its sums before it stores them, in this order:
/// bias, ReLU if it comes first, scale and shift, residual, activation, residual if it comes last.
package struct ConvolutionEpilogue: Sendable {
  /// The last non-linearity.
  package enum Activation: Sendable, Equatable {
    /// None.
    case identity
    /// max(x, 0).
    case relu
    /// min(max(x, 0), limit).
    case clamp(upTo: Float)
  }

  /// `[outputChannels]`, empty for none.
  package var bias: [Float]
  /// ReLU between bias and scale: convolution → ReLU → batch norm.
  package var reluFirst: Bool
  /// `[outputChannels]`, empty for none.
  package var scale: [Float]
  /// `[outputChannels]`, empty for none; only with a scale.
  package var shift: [Float]
  /// The last non-linearity.
  package var activation: Activation
  /// Whether a residual is added after the activation instead of before it.
  package var residualLast: Bool

  /// An epilogue; the default stores the sums as they are.
  package init(
    bias: [Float] = [], reluFirst: Bool = false, scale: [Float] = [], shift: [Float] = [],
    activation: Activation = .identity, residualLast: Bool = false
  ) {
    self.bias = bias
    self.reluFirst = reluFirst
    self.scale = scale
    self.shift = shift
    self.activation = activation
    self.residualLast = residualLast
  }
}
