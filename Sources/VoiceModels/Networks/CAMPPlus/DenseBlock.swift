internal import VoiceNN
internal import VoiceTensor

/// Densely connected layers: each reads the channels of all before it and adds `growth rate` of its own
/// (D-TDNN, Yu and Li 2020).
///
/// [1, frames, channels] → [1, frames, channels + layers · growth rate]
struct DenseBlock: Sendable {
  private let layers: [DenseLayer]

  init(
    _ scope: LayerScope, inputChannels: Int, layers: Int, kernel: Int, dilation: Int, _ sizes: CAMPPlus.Sizes
  ) {
    self.layers = (0..<layers).map { index in
      DenseLayer(
        scope("tdnnd\(index + 1)"), inputChannels: inputChannels + index * sizes.growthRate, kernel: kernel,
        dilation: dilation, sizes)
    }
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    layers.reduce(x) { x, layer in layer(x, run) }
  }
}

/// x ‖ CAM(ReLU BN conv1×1(ReLU BN x)).
private struct DenseLayer: Sendable {
  private let nonlinear1: NormActivation
  private let linear1: ConvolutionLayer
  private let camLayer: ContextAwareMasking

  init(_ scope: LayerScope, inputChannels: Int, kernel: Int, dilation: Int, _ sizes: CAMPPlus.Sizes) {
    let padding = (kernel - 1) / 2 * dilation
    nonlinear1 = NormActivation(
      scope("nonlinear1.batchnorm"), channels: inputChannels, isRecomputed: sizes.isMemoryEfficient)
    linear1 = ConvolutionLayer(
      scope("linear1"), ConvolutionShape(inputChannels: inputChannels, outputChannels: sizes.bottleneck),
      weights: .sequence, norm: scope("nonlinear2.batchnorm"), activation: .relu,
      layout: .init(halo: Extent(height: 0, width: padding)))
    camLayer = ContextAwareMasking(
      scope("cam_layer"),
      local: ConvolutionShape(
        inputChannels: sizes.bottleneck, outputChannels: sizes.growthRate, kernelWidth: kernel, dilation: dilation,
        padding: padding))
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let hidden = linear1(nonlinear1(x, run), run)
    return camLayer(hidden, run, appendedTo: x)
  }
}

/// y = local(x) · mask, mask = sigmoid(W2 ReLU(W1 context)), context = mean of x over all frames + mean over the 100
/// frames of the segment.
private struct ContextAwareMasking: Sendable {
  private static let segmentLength = 100
  private static let reduction = 2

  private let linear1: ConvolutionLayer
  private let linear2: ConvolutionLayer
  private let linearLocal: ConvolutionLayer

  init(_ scope: LayerScope, local: ConvolutionShape) {
    let hidden = local.inputChannels / Self.reduction
    linear1 = ConvolutionLayer(
      scope("linear1"), ConvolutionShape(inputChannels: local.inputChannels, outputChannels: hidden),
      weights: .sequence, bias: true, activation: .relu, isExact: true)
    linear2 = ConvolutionLayer(
      scope("linear2"), ConvolutionShape(inputChannels: hidden, outputChannels: local.outputChannels),
      weights: .sequence, bias: true, isExact: true)
    linearLocal = ConvolutionLayer(scope("linear_local"), local, weights: .sequence)
  }

  /// `map ‖ y`.
  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E, appendedTo map: E.Map) -> E.Map {
    let context = run.add(run.meanOverTime(x), toEachFrameOf: run.segmentMean(x, length: Self.segmentLength))
    let mask = run.sigmoid(linear2(linear1(context, run), run))
    return run.append(linearLocal, x, gate: mask, segmentLength: Self.segmentLength, to: map)
  }
}
