internal import VoiceNN
internal import VoiceTensor

/// ResNet (He et al. 2016) with squeeze and excitation (Hu et al. 2018) as mvector has it.
///
/// features [1, frames, bins]
///   → conv 3×3, BN, ReLU                                     [bins, frames, filters₀]
///   → 4 stages of bottlenecks, strides 1, 2, 2, 2            [bins / 8, ⌈frames / 8⌉, 2 · filters₃]
///   → frequencies as channels → pooling → BN → linear → BN   [1, 1, embedding size]
struct ResNetSE: Backbone {
  private static let expansion = 2

  let minimumFrames: Int
  private let conv1: ConvolutionLayer
  private let stages: [[SEBottleneck]]
  private let pooling: TemporalPooling
  private let bn2: NormActivation
  private let linear: ConvolutionLayer

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let filters = try arguments.sizes("num_filters", default: [32, 64, 128, 256])
    let layers = try arguments.sizes("layers", default: [3, 4, 6, 3])
    let kind = try arguments.pooling()
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: ["num_filters", "layers", "pooling_type"])
    guard bins.isMultiple(of: 8) else { throw arguments.refuse("\(bins) bins are no multiple of 8") }
    guard filters.allSatisfy({ $0 * Self.expansion >= SEBottleneck.reduction }) else {
      throw arguments.refuse("num_filters is \(filters); each is at least \(SEBottleneck.reduction / Self.expansion)")
    }
    // Two frames that are pooled need nine before the three strides.
    minimumFrames = 8 * (kind.minimumFrames - 1) + 1

    conv1 = ConvolutionLayer(
      scope("conv1"),
      ConvolutionShape(
        inputChannels: 1, outputChannels: filters[0], kernel: Extent(height: 3, width: 3),
        padding: Extent(height: 1, width: 1)),
      weights: .plane, norm: scope("bn1"), activation: .relu)
    var inputs = filters[0]
    stages = layers.enumerated().map { stage, count in
      (0..<count).map { index in
        defer { inputs = filters[stage] * Self.expansion }
        return SEBottleneck(
          scope("layer\(stage + 1).\(index)"), inputs: inputs, planes: filters[stage],
          outputs: filters[stage] * Self.expansion, stride: index == 0 && stage > 0 ? 2 : 1)
      }
    }
    pooling = TemporalPooling(
      kind, scope("pooling"), channels: inputs * bins / 8, generation: arguments.generation)
    bn2 = NormActivation(scope("bn2"), channels: pooling.outputChannels, relu: false)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: pooling.outputChannels, outputChannels: embedding),
      weights: .vector, bias: true, norm: scope("bn3"))
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var x = conv1(run.image(features), run)
    for block in stages.joined() { x = block(x, run) }
    return linear(bn2(pooling(run.flatten(x), run), run), run)
  }
}

/// ReLU(SE(BN conv1×1(ReLU BN conv3×3(ReLU BN conv1×1 x))) + shortcut).
struct SEBottleneck: Sendable {
  static let reduction = 8

  private let conv1: ConvolutionLayer
  private let conv2: ConvolutionLayer
  private let conv3: ConvolutionLayer
  private let squeeze: ConvolutionLayer
  private let excite: ConvolutionLayer
  private let shortcut: ConvolutionLayer?

  init(_ scope: LayerScope, inputs: Int, planes: Int, outputs: Int, stride: Int) {
    let one = Extent(height: 1, width: 1)
    let step = Extent(height: stride, width: stride)
    conv1 = ConvolutionLayer(
      scope("conv1"), ConvolutionShape(inputChannels: inputs, outputChannels: planes), weights: .plane,
      norm: scope("bn1"), activation: .relu, layout: .init(halo: one))
    conv2 = ConvolutionLayer(
      scope("conv2"),
      ConvolutionShape(
        inputChannels: planes, outputChannels: planes, kernel: Extent(height: 3, width: 3), stride: step, padding: one),
      weights: .plane, norm: scope("bn2"), activation: .relu)
    conv3 = ConvolutionLayer(
      scope("conv3"), ConvolutionShape(inputChannels: planes, outputChannels: outputs), weights: .plane,
      norm: scope("bn3"))
    squeeze = ConvolutionLayer(
      scope("se.fc.0"), ConvolutionShape(inputChannels: outputs, outputChannels: outputs / Self.reduction),
      weights: .vector, bias: true, activation: .relu)
    excite = ConvolutionLayer(
      scope("se.fc.2"), ConvolutionShape(inputChannels: outputs / Self.reduction, outputChannels: outputs),
      weights: .vector, bias: true)
    shortcut = .shortcut(scope("downsample"), inputs: inputs, outputs: outputs, stride: stride)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let y = conv2(conv1(x, run), run)
    return run.excite(conv3, y, shortcut: shortcut.map { $0(x, run) } ?? x) { mean in
      run.sigmoid(excite(squeeze(mean, run), run))
    }
  }
}
