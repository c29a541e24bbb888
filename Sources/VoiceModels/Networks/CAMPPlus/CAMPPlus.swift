internal import VoiceNN
internal import VoiceTensor

/// CAM++ (Wang et al., "CAM++: a fast and efficient network for speaker verification using context-aware masking",
/// Interspeech 2023), as mvector's `CAMPPlus` and 3D-Speaker's published networks have it.
///
/// features [1, frames, bins]
///   → head, two-dimensional convolutions         [⌈bins / 8⌉, frames, 32]
///   → tdnn, k5 s2 over all frequencies           [1, ⌈frames / 2⌉, initial channels]
///   → 3 × (densely connected block → transit)    [1, ⌈frames / 2⌉, channels]
///   → BN ReLU → mean ‖ deviation over time       [1, 1, 2 · channels]
///   → linear → BN without parameters             [1, 1, embedding size]
struct CAMPPlus: Backbone {
  /// What the keyword arguments say.
  struct Sizes {
    let bins: Int
    let embedding: Int
    let growthRate: Int
    let bottleneck: Int
    let initialChannels: Int
    let isMemoryEfficient: Bool

    init(_ arguments: NetworkArguments) throws {
      bins = try arguments.inputSize()
      embedding = try arguments.embeddingSize()
      growthRate = try arguments.size("growth_rate", default: 32)
      bottleneck = try arguments.size("bn_size", default: 4) * growthRate
      initialChannels = try arguments.size("init_channels", default: 128)
      isMemoryEfficient = try arguments.flag("memory_efficient", default: true)
      try arguments.allow(only: ["growth_rate", "bn_size", "init_channels", "memory_efficient"])
    }
  }

  /// Layers, kernel width and dilation of the three blocks.
  private static let blocks: [(layers: Int, kernel: Int, dilation: Int)] = [(12, 3, 1), (24, 3, 2), (16, 3, 2)]

  /// Two frames are left for the deviation.
  let minimumFrames = 3

  private let head: FrequencyHead
  private let tdnn: ConvolutionLayer
  private let stages: [(block: DenseBlock, transit: Transit)]
  private let outNonlinear: NormActivation
  private let dense: ConvolutionLayer

  init(_ sizes: Sizes, _ scope: LayerScope) {
    head = FrequencyHead(scope("head"), bins: sizes.bins)
    let xvector = scope("xvector").drawing(.kaimingNormalFanIn, biases: .constant(0))
    // Channels of each block at its end, when all its layers have added theirs.
    var channels = sizes.initialChannels
    let ends = Self.blocks.map { block in
      let end = channels + block.layers * sizes.growthRate
      channels = end / 2
      return end
    }

    tdnn = ConvolutionLayer(
      xvector("tdnn.linear"),
      ConvolutionShape(
        inputChannels: FrequencyHead.channels, outputChannels: sizes.initialChannels,
        kernel: Extent(height: head.outputBins, width: 5), stride: Extent(height: 1, width: 2),
        padding: Extent(height: 0, width: 2)),
      weights: .sequence, norm: xvector("tdnn.nonlinear.batchnorm"), activation: .relu,
      layout: .init(room: ends[0]))

    var input = sizes.initialChannels
    stages = Self.blocks.indices.map { index in
      let block = DenseBlock(
        xvector("block\(index + 1)"), inputChannels: input, layers: Self.blocks[index].layers,
        kernel: Self.blocks[index].kernel, dilation: Self.blocks[index].dilation, sizes)
      input = ends[index] / 2
      let transit = Transit(
        xvector("transit\(index + 1)"), inputChannels: ends[index], outputChannels: input,
        room: index + 1 < ends.count ? ends[index + 1] : 0)
      return (block, transit)
    }

    outNonlinear = NormActivation(xvector("out_nonlinear.batchnorm"), channels: input)
    dense = ConvolutionLayer(
      xvector("dense.linear"), ConvolutionShape(inputChannels: 2 * input, outputChannels: sizes.embedding),
      weights: .sequence, norm: xvector("dense.nonlinear.batchnorm"), affine: false, isExact: true)
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var x = head(run.image(features), run)
    x = tdnn(x, run)
    for (block, transit) in stages {
      x = block(x, run)
      x = transit(x, run)
    }
    x = outNonlinear(x, run)
    return dense(run.statisticsPooling(x, .deviation), run)
  }
}
