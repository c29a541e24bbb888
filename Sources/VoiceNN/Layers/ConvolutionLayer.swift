package import VoiceTensor

/// A convolution with what follows it at once, the unit that networks are made of:
/// conv, conv → activation, conv → BN → (+ residual) → activation, or conv → ReLU → BN.
///
/// Inference folds the norm into the weights, or into the epilogue when the ReLU comes first.
package struct ConvolutionLayer: Sendable {
  /// How the checkpoint shapes the weights.
  package enum WeightLayout: Sendable {
    /// `Conv2d`: `[outputs, inputs, kernel height, kernel width]`.
    case plane
    /// `Conv2d` of a network that sees the map turned, time first: `[outputs, inputs, kernel width, kernel height]`.
    case transposedPlane
    /// `Conv1d`: `[outputs, inputs · kernel height, kernel width]`; a kernel as high as its map sees frequencies as
    /// further channels, channel-major.
    case sequence
    /// `Linear`: `[outputs, inputs · kernel height]`, for a kernel one frame wide; one as high as its map reads it
    /// flattened channel-major.
    case vector
  }

  /// What comes after the convolution.
  package enum Order: Sendable {
    /// conv → (BN) → (+ residual) → activation.
    case normFirst
    /// conv → ReLU → (BN).
    case reluFirst
  }

  /// How inference lays out the output, so that nothing is copied later.
  package struct Layout: Sendable {
    /// Zero pixels around the map: what the convolutions that read it pad.
    package var halo: Extent
    /// Channels that the map grows to; 0 if it does not grow.
    package var room: Int

    /// A layout; the default has neither halo nor room.
    package init(halo: Extent = Extent(height: 0, width: 0), room: Int = 0) {
      self.halo = halo
      self.room = room
    }
  }

  let index: Int
  /// The geometry.
  package let shape: ConvolutionShape
  let weights: WeightLayout
  let order: Order
  let activation: ConvolutionEpilogue.Activation
  let layout: Layout
  /// Whether it stays in float32 where others are rounded: layers for one vector or for few inputs cost nothing, and
  /// what they give is the voiceprint, or a factor of everything else.
  let isExact: Bool
  let weight: Parameter
  let bias: Parameter?
  let norm: BatchNorm?

  /// Declares `weight` (and `bias`) at `scope`, and the parameters of the norm, if any, at `norm`; `isExact` keeps the
  /// layer in float32.
  package init(
    _ scope: LayerScope, _ shape: ConvolutionShape, weights: WeightLayout, bias hasBias: Bool = false,
    norm normScope: LayerScope? = nil, affine: Bool = true, order: Order = .normFirst,
    activation: ConvolutionEpilogue.Activation = .identity, layout: Layout = Layout(), isExact: Bool = false
  ) {
    let inputs = shape.weightCount / shape.outputChannels
    let isExact = isExact || weights == .vector || inputs < 64 || shape.outputChannels < 16
    let weight = scope.parameter("weight", weights.shape(shape), initialization: scope.weightDraw)
    let standard = Initialization.uniform(fanIn: inputs)
    let bias =
      hasBias
      ? scope.parameter("bias", [shape.outputChannels], initialization: scope.biasDraw ?? standard) : nil
    let norm = normScope.map { BatchNorm($0, channels: shape.outputChannels, affine: affine) }
    self = scope.registry.add {
      Self(
        index: $0, shape: shape, weights: weights, order: order, activation: activation, layout: layout,
        isExact: isExact, weight: weight, bias: bias, norm: norm)
    } as: { .convolution($0) }
  }

  private init(
    index: Int, shape: ConvolutionShape, weights: WeightLayout, order: Order,
    activation: ConvolutionEpilogue.Activation, layout: Layout, isExact: Bool, weight: Parameter, bias: Parameter?,
    norm: BatchNorm?
  ) {
    self.index = index
    self.shape = shape
    self.weights = weights
    self.order = order
    self.activation = order == .reluFirst ? .relu : activation
    self.layout = layout
    self.isExact = isExact
    self.weight = weight
    self.bias = bias
    self.norm = norm
  }

  /// Runs the layer; a residual is added before the activation, and the output written to `place` if there is one.
  package func callAsFunction<E: Execution>(
    _ x: E.Map, _ run: E, residual: E.Map? = nil, into place: E.Map? = nil
  ) -> E.Map {
    run.convolve(self, x, residual: residual, into: place)
  }
}

extension ConvolutionLayer.WeightLayout {
  /// Whether it is that of a `Conv2d`.
  var isPlane: Bool { self == .plane || self == .transposedPlane }

  /// The order in which the checkpoint's axes are computed with, if it is another.
  var axes: [Int]? {
    switch self {
    case .transposedPlane: [0, 1, 3, 2]
    case .plane, .sequence, .vector: nil
    }
  }

  fileprivate func shape(_ shape: ConvolutionShape) -> [Int] {
    switch self {
    case .plane: [shape.outputChannels, shape.inputChannels, shape.kernel.height, shape.kernel.width]
    case .transposedPlane: [shape.outputChannels, shape.inputChannels, shape.kernel.width, shape.kernel.height]
    case .sequence: [shape.outputChannels, shape.inputChannels * shape.kernel.height, shape.kernel.width]
    case .vector: [shape.outputChannels, shape.inputChannels * shape.kernel.height]
    }
  }
}
