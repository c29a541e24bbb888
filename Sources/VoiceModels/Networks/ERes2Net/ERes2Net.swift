internal import VoiceNN
internal import VoiceTensor

/// ERes2Net (Chen et al., "An enhanced Res2Net with local and global feature fusion for speaker verification",
/// Interspeech 2023) as mvector and 3D-Speaker have it.
///
/// features [1, frames, bins]
///   → conv 3×3, BN, ReLU                                      [bins, frames, m]
///   → 4 stages of blocks, strides 1, 2, 2, 2                  out₁ … out₄
///   → fused bottom-up: AFF(outₙ, conv3×3 s2 of what is fused) [bins / 8, ⌈frames / 8⌉, 8 · expansion · m]
///   → mean ‖ deviation over time of each frequency → linear   [1, 1, embedding size]
///   (→ ReLU → BN without parameters → linear, with `two_emb_layer`)
struct ERes2Net: Backbone {
  /// Two frames are left for the deviation.
  let minimumFrames = 9
  private let trunk: ERes2NetTrunk
  private let downsamples: [ConvolutionLayer]
  private let fusions: [AttentionalFusion]
  private let head: TSTPHead

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let sizes = try ERes2NetTrunk.Sizes(arguments, baseWidth: 32)
    let multiplier = try arguments.size("mul_channel", default: 1)
    let hasTwoLayers = try arguments.flag("two_emb_layer", default: false)
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: ERes2NetTrunk.Sizes.names.union(["mul_channel", "two_emb_layer"]))
    guard sizes.expansion == 2 * multiplier else {
      throw arguments.refuse(
        "expansion \(sizes.expansion) does not go with mul_channel \(multiplier): it must be twice as much")
    }
    trunk = ERes2NetTrunk(sizes, scope)
    // Channels of out₁, out₂, out₃.
    let outputs = (0..<3).map { (sizes.channels << $0) * sizes.expansion }
    downsamples = outputs.enumerated().map { .halving(scope("layer\($0 + 1)_downsample"), channels: $1) }
    fusions = zip(["fuse_mode12", "fuse_mode123", "fuse_mode1234"], outputs).map {
      AttentionalFusion(scope($0), channels: 2 * $1)
    }
    head = TSTPHead(
      scope, channels: 8 * sizes.channels * sizes.expansion, height: bins / 8, embedding: embedding,
      hasTwoLayers: hasTwoLayers)
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    let outputs = trunk(features, run)
    var fused = outputs[0]
    for (index, fusion) in fusions.enumerated() {
      fused = fusion(outputs[index + 1], downsamples[index](fused, run), run)
    }
    return head(fused, run)
  }
}

/// ERes2NetV2 (Chen et al. 2024): thinner groups, and only the last two stages are fused.
struct ERes2NetV2: Backbone {
  let minimumFrames = 9
  private let trunk: ERes2NetTrunk
  private let downsample: ConvolutionLayer
  private let fusion: AttentionalFusion
  private let head: TSTPHead

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let sizes = try ERes2NetTrunk.Sizes(arguments, baseWidth: 26)
    let hasTwoLayers = try arguments.flag("two_emb_layer", default: false)
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: ERes2NetTrunk.Sizes.names.union(["two_emb_layer"]))
    guard sizes.expansion == 2 else {
      throw arguments.refuse("expansion is \(sizes.expansion); the fusion of its last two stages needs 2")
    }
    trunk = ERes2NetTrunk(sizes, scope)
    downsample = .halving(scope("layer3_ds"), channels: 8 * sizes.channels)
    fusion = AttentionalFusion(scope("fuse34"), channels: 16 * sizes.channels)
    head = TSTPHead(
      scope, channels: 16 * sizes.channels, height: bins / 8, embedding: embedding, hasTwoLayers: hasTwoLayers)
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    let outputs = trunk(features, run)
    return head(fusion(outputs[3], downsample(outputs[2], run), run), run)
  }
}

/// Statistics over time of each frequency, then one or two linear layers.
private struct TSTPHead: Sendable {
  private let first: ConvolutionLayer
  private let norm: NormActivation?
  private let second: ConvolutionLayer?

  init(_ scope: LayerScope, channels: Int, height: Int, embedding: Int, hasTwoLayers: Bool) {
    first = ConvolutionLayer(
      scope("seg_1"),
      ConvolutionShape(
        inputChannels: 2 * channels, outputChannels: embedding, kernel: Extent(height: height, width: 1)),
      weights: .vector, bias: true, activation: hasTwoLayers ? .relu : .identity)
    norm = hasTwoLayers ? NormActivation(scope("seg_bn_1"), channels: embedding, affine: false, relu: false) : nil
    second =
      hasTwoLayers
      ? ConvolutionLayer(
        scope("seg_2"), ConvolutionShape(inputChannels: embedding, outputChannels: embedding), weights: .vector,
        bias: true) : nil
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let embedding = first(run.statisticsPooling(x, .offsetDeviation(1e-8)), run)
    guard let norm, let second else { return embedding }
    return second(norm(embedding, run), run)
  }
}

extension ConvolutionLayer {
  /// 3×3 that halves both axes and doubles the channels, with nothing after it.
  fileprivate static func halving(_ scope: LayerScope, channels: Int) -> ConvolutionLayer {
    ConvolutionLayer(
      scope,
      ConvolutionShape(
        inputChannels: channels, outputChannels: 2 * channels, kernel: Extent(height: 3, width: 3),
        stride: Extent(height: 2, width: 2), padding: Extent(height: 1, width: 1)),
      weights: .plane)
  }
}
