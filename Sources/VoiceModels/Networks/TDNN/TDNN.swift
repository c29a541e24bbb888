internal import VoiceNN
internal import VoiceTensor

/// The x-vector network (Snyder et al., "X-vectors: robust DNN embeddings for speaker recognition", ICASSP 2018) as
/// mvector has it; nothing is padded.
///
/// features [1, frames, bins]
///   → conv k5 → conv k3 d2 → conv k3 d3 → conv k1, each ReLU, BN   [1, frames − 14, hidden channels]
///   → conv k1, ReLU                                                [1, frames − 14, channels]
///   → pooling → BN → linear → BN                                   [1, 1, embedding size]
/// In 1.0 the hidden channels are 512 whatever `channels` says, in 1.1 they are the same; `hidden_channels`, which
/// mvector does not have, says another number.
struct TDNN: Backbone {
  private static let context: [(kernel: Int, dilation: Int)] = [(5, 1), (3, 2), (3, 3), (1, 1)]

  let minimumFrames: Int
  private let frames: [ConvolutionLayer]
  private let pooling: TemporalPooling
  private let bn5: NormActivation
  private let linear: ConvolutionLayer

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let channels = try arguments.size("channels", default: 512)
    let kind = try arguments.pooling()
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    let hidden = try arguments.size("hidden_channels", default: arguments.generation == .v1_0 ? 512 : channels)
    try arguments.allow(only: ["channels", "hidden_channels", "pooling_type"])
    let lost = Self.context.reduce(0) { $0 + ($1.kernel - 1) * $1.dilation }
    minimumFrames = lost + kind.minimumFrames
    let first = Self.context.enumerated().map { index, layer in
      ConvolutionLayer(
        scope("td_layer\(index + 1)"),
        ConvolutionShape(
          inputChannels: index == 0 ? bins : hidden, outputChannels: hidden, kernelWidth: layer.kernel,
          dilation: layer.dilation),
        weights: .sequence, bias: true, norm: scope("bn\(index + 1)"), order: .reluFirst)
    }
    let last = ConvolutionLayer(
      scope("td_layer5"), ConvolutionShape(inputChannels: hidden, outputChannels: channels), weights: .sequence,
      bias: true, activation: .relu)
    frames = first + [last]
    pooling = TemporalPooling(kind, scope("pooling"), channels: channels, generation: arguments.generation)
    bn5 = NormActivation(scope("bn5"), channels: pooling.outputChannels, relu: false)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: pooling.outputChannels, outputChannels: embedding),
      weights: .vector, bias: true, norm: scope("bn6"))
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    let x = frames.reduce(features) { x, layer in layer(x, run) }
    return linear(bn5(pooling(x, run), run), run)
  }
}
