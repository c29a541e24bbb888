internal import VoiceNN
internal import VoiceTensor

/// The convolutional networks of Kong et al., "PANNs: large-scale pretrained audio neural networks for audio pattern
/// recognition" (TASLP 2020), with a linear layer to the embedding in place of the classes.
///
/// features [1, frames, bins] → BN of each bin
///   → blocks: conv, BN, ReLU (once 5×5 in CNN6, twice 3×3 else), mean 2×2, dropout 0.2   [bins / 2ᵏ, frames / 2ᵏ, c]
///   → mean over frequency → largest + mean over time, dropout 0.5                        [1, 1, c]
///   → fc1, ReLU, dropout 0.5 → linear                                                    [1, 1, embedding size]
///
/// Keys, kernels [time, frequency] and the first values are those of the published code, up to `fc1`.
struct PANNs: Backbone {
  /// The three sizes of the paper.
  enum Depth: Sendable {
    case cnn6, cnn10, cnn14

    /// Output channels of each block.
    var channels: [Int] {
      switch self {
      case .cnn6, .cnn10: [64, 128, 256, 512]
      case .cnn14: [64, 128, 256, 512, 1024, 2048]
      }
    }
    var kernel: Int { self == .cnn6 ? 5 : 3 }
    var convolutions: Int { self == .cnn6 ? 1 : 2 }
    /// Blocks that end with a mean over 2×2; the last one of CNN14 does not.
    var halvings: Int { min(channels.count, 5) }
  }

  let minimumFrames: Int
  private let depth: Depth
  private let bn0: NormActivation
  private let blocks: [[ConvolutionLayer]]
  private let fc1: ConvolutionLayer
  private let linear: ConvolutionLayer

  init(_ depth: Depth, _ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: [])
    minimumFrames = 1 << depth.halvings
    guard bins >= minimumFrames else {
      throw arguments.refuse("\(bins) bins are halved \(depth.halvings) times: at least \(minimumFrames) are needed")
    }
    self.depth = depth
    let scope = scope.drawing(.xavierUniform, biases: .constant(0))
    bn0 = NormActivation(scope("bn0"), channels: bins, relu: false)
    let edge = Extent(height: depth.kernel / 2, width: depth.kernel / 2)
    var inputs = 1
    blocks = depth.channels.enumerated().map { index, outputs in
      (1...depth.convolutions).map { number in
        defer { inputs = outputs }
        return ConvolutionLayer(
          scope("conv_block\(index + 1).conv\(number)"),
          ConvolutionShape(
            inputChannels: inputs, outputChannels: outputs, kernel: Extent(height: depth.kernel, width: depth.kernel),
            padding: edge),
          weights: .transposedPlane, norm: scope("conv_block\(index + 1).bn\(number)"), activation: .relu,
          layout: .init(halo: number < depth.convolutions ? edge : Extent(height: 0, width: 0)))
      }
    }
    fc1 = ConvolutionLayer(
      scope("fc1"), ConvolutionShape(inputChannels: inputs, outputChannels: inputs), weights: .vector, bias: true,
      activation: .relu)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: inputs, outputChannels: embedding), weights: .vector, bias: true)
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var x = run.image(bn0(features, run))
    for (index, block) in blocks.enumerated() {
      for convolution in block { x = convolution(x, run) }
      if index < depth.halvings { x = run.pool(x, PoolingShape(.average, kernel: Extent(height: 2, width: 2))) }
      x = run.dropout(x, rate: 0.2)
    }
    x = run.meanOverHeight(x)
    x = run.dropout(run.add(run.maxOverTime(x), run.meanOverTime(x)), rate: 0.5)
    return linear(run.dropout(fc1(x, run), rate: 0.5), run)
  }
}
