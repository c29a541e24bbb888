internal import VoiceNN
internal import VoiceTensor

/// Res2Net (Gao et al., "Res2Net: a new multi-scale backbone architecture", TPAMI 2021; for speakers Zhou et al. 2021)
/// as mvector has it.
///
/// features [1, frames, bins]
///   → conv 7×7 s3, BN, ReLU → maximum 3×3 s2          [≈ bins / 6, ≈ frames / 6, m]
///   → 4 stages of blocks, strides 1, 2, 2, 2          [≈ bins / 48, ≈ frames / 48, 32 · m]
///   → frequencies as channels → pooling → BN → linear → BN   [1, 1, embedding size]
struct Res2Net: Backbone {
  private static let expansion = 4

  let minimumFrames: Int
  private let conv1: ConvolutionLayer
  private let stages: [[Res2NetBlock]]
  private let pooling: TemporalPooling
  private let bn2: NormActivation
  private let linear: ConvolutionLayer

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let channels = try arguments.size("m_channels", default: 32)
    let layers = try arguments.sizes("layers", default: [3, 4, 6, 3])
    let baseWidth = try arguments.size("base_width", default: 32)
    let scale = try arguments.size("scale", default: 2)
    let kind = try arguments.pooling()
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: ["m_channels", "layers", "base_width", "scale", "pooling_type"])
    guard scale > 1 else { throw arguments.refuse("scale is \(scale); groups need at least 2") }
    guard channels * baseWidth >= 64 else {
      throw arguments.refuse("m_channels · base_width is \(channels * baseWidth); a group needs at least 64")
    }
    let height = Self.pooled(bins)
    guard height > 0, height == bins / baseWidth else {
      let possible = (1...512).filter { Self.pooled($0) > 0 && Self.pooled($0) == $0 / baseWidth }
      throw arguments.refuse(
        "\(bins) bins end as \(height) rows where the layers behind the pooling expect \(bins / baseWidth); possible"
          + " with base_width \(baseWidth): \(possible.asRanges)")
    }
    minimumFrames = (1...).first { Self.pooled($0) >= kind.minimumFrames } ?? 1

    let images = scope.drawing(.kaimingNormalFanOut)
    conv1 = ConvolutionLayer(
      images("conv1"),
      ConvolutionShape(
        inputChannels: 1, outputChannels: channels, kernel: Extent(height: 7, width: 7),
        stride: Extent(height: 3, width: 3), padding: Extent(height: 1, width: 1)),
      weights: .plane, norm: scope("bn1"), activation: .relu)
    var inputs = channels
    stages = layers.enumerated().map { stage, count in
      let planes = channels << stage
      return (0..<count).map { index in
        defer { inputs = planes * Self.expansion }
        return Res2NetBlock(
          images("layer\(stage + 1).\(index)"), inputs: inputs, width: planes * baseWidth / 64, scale: scale,
          outputs: planes * Self.expansion, stride: index == 0 && stage > 0 ? 2 : 1, isFirst: index == 0)
      }
    }
    pooling = TemporalPooling(kind, scope("pooling"), channels: inputs * height, generation: arguments.generation)
    bn2 = NormActivation(scope("bn2"), channels: pooling.outputChannels, relu: false)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: pooling.outputChannels, outputChannels: embedding),
      weights: .vector, bias: true, norm: scope("bn3"))
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var x = conv1(run.image(features), run)
    x = run.pool(
      x, PoolingShape(
        .maximum, kernel: Extent(height: 3, width: 3), stride: Extent(height: 2, width: 2),
        padding: Extent(height: 1, width: 1)))
    for block in stages.joined() { x = block(x, run) }
    return linear(bn2(pooling(run.flatten(x), run), run), run)
  }

  /// Rows or columns that are left of `size`; 0 when the first kernel does not fit.
  private static func pooled(_ size: Int) -> Int {
    guard size >= 5 else { return 0 }
    let first = (size + 2 - 7) / 3 + 1
    return (0..<4).reduce(first) { size, _ in (size - 1) / 2 + 1 }
  }
}

extension [Int] {
  /// Ascending numbers for people: `40…47, 64`.
  var asRanges: String {
    var ranges: [ClosedRange<Int>] = []
    for number in self {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)…\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
