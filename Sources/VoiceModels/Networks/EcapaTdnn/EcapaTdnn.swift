internal import VoiceNN
internal import VoiceTensor

/// ECAPA-TDNN (Desplanques, Thienpondt, Demuynck, Interspeech 2020) as mvector 1.0 has it: each block reads the sum of
/// all before it.
///
/// features [1, frames, bins]
///   → layer1: conv k5, ReLU, BN                               [1, frames, channels]
///   → 3 × SE-Res2 block, dilations 2, 3, 4, dense sums        [1, frames, channels] each
///   → blocks side by side → conv 1×1, ReLU                    [1, frames, 3 · channels]
///   → pooling → BN → linear → BN                              [1, 1, embedding size]
struct EcapaTdnn: Backbone {
  let minimumFrames: Int
  private let layer1: ConvolutionLayer
  private let blocks: [Block]
  private let conv: ConvolutionLayer
  private let pooling: TemporalPooling
  private let bn1: NormActivation
  private let linear: ConvolutionLayer

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let channels = try arguments.size("channels", default: 512)
    let kind = try arguments.pooling()
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: ["channels", "pooling_type"])
    guard channels.isMultiple(of: Block.scale) else {
      throw arguments.refuse("channels is \(channels), no multiple of \(Block.scale)")
    }
    minimumFrames = kind.minimumFrames
    layer1 = ConvolutionLayer(
      scope("layer1.conv"),
      ConvolutionShape(inputChannels: bins, outputChannels: channels, kernelWidth: 5, padding: 2), weights: .sequence,
      norm: scope("layer1.bn"), order: .reluFirst)
    blocks = (2...4).map { Block(scope("layer\($0)"), channels: channels, dilation: $0) }
    conv = ConvolutionLayer(
      scope("conv"), ConvolutionShape(inputChannels: 3 * channels, outputChannels: 3 * channels), weights: .sequence,
      bias: true, activation: .relu)
    pooling = TemporalPooling(kind, scope("pooling"), channels: 3 * channels, generation: .v1_0)
    bn1 = NormActivation(scope("bn1"), channels: pooling.outputChannels, relu: false)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: pooling.outputChannels, outputChannels: embedding),
      weights: .vector, bias: true, norm: scope("bn2"))
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var sum = layer1(features, run)
    var outputs: [E.Map] = []
    for block in blocks {
      let output = run.add(block(sum, run), sum)
      outputs.append(output)
      // o1 + o2 + … : the next block's input, and what is added to its output.
      sum = run.add(sum, output)
    }
    let x = conv(run.concatenate(outputs), run)
    return linear(bn1(pooling(x, run), run), run)
  }
}

extension EcapaTdnn {
  /// conv 1×1 → Res2 convolutions → conv 1×1 → squeeze and excitation, each convolution with ReLU, then BN.
  struct Block: Sendable {
    static let scale = 8

    private let entry: ConvolutionLayer
    private let group: Int
    private let convs: [ConvolutionLayer]
    private let exit: ConvolutionLayer
    private let squeeze: ConvolutionLayer
    private let excite: ConvolutionLayer

    init(_ scope: LayerScope, channels: Int, dilation: Int) {
      let group = channels / Self.scale
      self.group = group
      let pointwise = ConvolutionShape(inputChannels: channels, outputChannels: channels)
      entry = ConvolutionLayer(
        scope("0.conv"), pointwise, weights: .sequence, norm: scope("0.bn"), order: .reluFirst,
        layout: .init(halo: Extent(height: 0, width: dilation)))
      convs = (0..<Self.scale - 1).map { index in
        ConvolutionLayer(
          scope("1.convs.\(index)"),
          ConvolutionShape(
            inputChannels: group, outputChannels: group, kernelWidth: 3, dilation: dilation, padding: dilation),
          weights: .sequence, norm: scope("1.bns.\(index)"), order: .reluFirst)
      }
      exit = ConvolutionLayer(
        scope("2.conv"), pointwise, weights: .sequence, norm: scope("2.bn"), order: .reluFirst)
      squeeze = ConvolutionLayer(
        scope("3.linear1"), ConvolutionShape(inputChannels: channels, outputChannels: max(1, channels / 2)),
        weights: .vector, bias: true, activation: .relu)
      excite = ConvolutionLayer(
        scope("3.linear2"), ConvolutionShape(inputChannels: max(1, channels / 2), outputChannels: channels),
        weights: .vector, bias: true)
    }

    func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
      let y = exit(res2(entry(x, run), run), run)
      return run.scale(y, by: run.sigmoid(excite(squeeze(run.meanOverTime(y), run), run)))
    }

    /// Each group but the last is convolved together with the result of the one before; the last passes.
    private func res2<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
      var outputs = SideBySide(channels: (convs.count + 1) * group, like: x, run)
      for (index, conv) in convs.enumerated() {
        let own = run.channels(index * group..<(index + 1) * group, of: x)
        outputs.append(conv, outputs.last.map { run.add($0, own) } ?? own)
      }
      outputs.append(run.channels(convs.count * group..<(convs.count + 1) * group, of: x), channels: group)
      return outputs.whole
    }
  }
}
