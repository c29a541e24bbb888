internal import VoiceNN
internal import VoiceTensor

/// ECAPA-TDNN (Desplanques, Thienpondt, Demuynck, Interspeech 2020) as mvector 1.1 has it, after SpeechBrain: blocks in
/// a chain, mirrored edges, attention with a global context.
///
/// features [1, frames, bins]
///   → TDNN k5                                                  [1, frames, channels₀]
///   → 3 × SE-Res2 block, dilations 2, 3, 4, in a chain         [1, frames, channels₁₋₃]
///   → blocks side by side → TDNN k1 ("mfa")                    [1, frames, channels₄]
///   → pooling → BN → linear                                    [1, 1, embedding size]
/// A TDNN is conv → ReLU → BN.
struct ContextualEcapaTdnn: Backbone {
  let minimumFrames: Int
  private let entry: TDNNBlock
  private let blocks: [SERes2Block]
  private let mfa: TDNNBlock
  private let pooling: TemporalPooling
  private let poolingNorm: NormActivation
  private let fc: ConvolutionLayer

  init(_ arguments: NetworkArguments, _ scope: LayerScope) throws {
    let channels = try arguments.sizes("channels", default: [512, 512, 512, 512, 1536])
    let kernels = try arguments.sizes("kernel_sizes", default: [5, 3, 3, 3, 1])
    let dilations = try arguments.sizes("dilations", default: [1, 2, 3, 4, 1])
    let scale = try arguments.size("res2net_scale", default: 8)
    let squeezed = try arguments.size("se_channels", default: 128)
    let bottleneck = try arguments.size("attention_channels", default: 128)
    let kind = try arguments.pooling()
    let (bins, embedding) = (try arguments.inputSize(), try arguments.embeddingSize())
    try arguments.allow(only: [
      "channels", "kernel_sizes", "dilations", "res2net_scale", "se_channels", "attention_channels", "pooling_type",
    ])
    guard Set(channels.dropLast()).count == 1 else {
      throw arguments.refuse("channels is \(channels): the first four must be equal, as blocks add their input")
    }
    guard channels[1].isMultiple(of: scale), scale > 1 else {
      throw arguments.refuse("channels is \(channels): the blocks' are no multiple of res2net_scale, \(scale)")
    }
    guard kernels.allSatisfy({ !$0.isMultiple(of: 2) }) else {
      throw arguments.refuse("kernel_sizes is \(kernels): an even one has no middle")
    }

    // A frame more than the widest mirrored edge.
    let edge = zip(kernels, dilations).map { ($0 - 1) / 2 * $1 }.max() ?? 0
    minimumFrames = max(edge + 1, kind.minimumFrames)
    entry = TDNNBlock(
      scope("blocks.0"), inputs: bins, outputs: channels[0], kernel: kernels[0], dilation: dilations[0])
    blocks = (1...3).map { index in
      SERes2Block(
        scope("blocks.\(index)"), channels: channels[index], scale: scale, squeezed: squeezed, kernel: kernels[index],
        dilation: dilations[index])
    }
    mfa = TDNNBlock(
      scope("mfa"), inputs: 3 * channels[1], outputs: channels[4], kernel: kernels[4], dilation: dilations[4])
    pooling = TemporalPooling(
      kind, scope("asp"), channels: channels[4], bottleneck: kind == .asp ? bottleneck : 128, generation: .v1_1)
    poolingNorm = NormActivation(
      scope(kind == .asp ? "asp_bn.norm" : "asp_bn"), channels: pooling.outputChannels, relu: false)
    fc = ConvolutionLayer(
      scope("fc.conv"), ConvolutionShape(inputChannels: pooling.outputChannels, outputChannels: embedding),
      weights: .sequence, bias: true, isExact: true)
  }

  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map {
    var x = entry(features, run)
    var outputs: [E.Map] = []
    for block in blocks {
      x = block(x, run)
      outputs.append(x)
    }
    x = mfa(run.concatenate(outputs), run)
    return fc(poolingNorm(pooling(x, run), run), run)
  }
}

/// conv with mirrored edges → ReLU → BN; as long as its input.
private struct TDNNBlock: Sendable {
  private let conv: ConvolutionLayer
  private let edge: Int

  init(_ scope: LayerScope, inputs: Int, outputs: Int, kernel: Int = 1, dilation: Int = 1) {
    edge = (kernel - 1) / 2 * dilation
    conv = ConvolutionLayer(
      scope("conv.conv"),
      ConvolutionShape(inputChannels: inputs, outputChannels: outputs, kernelWidth: kernel, dilation: dilation),
      weights: .sequence, bias: true, norm: scope("norm.norm"), order: .reluFirst)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    conv(edge > 0 ? run.reflect(x, by: edge) : x, run)
  }
}

/// x + SE(TDNN(Res2(TDNN x))).
private struct SERes2Block: Sendable {
  private let entry: TDNNBlock
  private let group: Int
  private let groups: [TDNNBlock]
  private let exit: TDNNBlock
  private let squeeze: ConvolutionLayer
  private let excite: ConvolutionLayer

  init(_ scope: LayerScope, channels: Int, scale: Int, squeezed: Int, kernel: Int, dilation: Int) {
    let group = channels / scale
    self.group = group
    entry = TDNNBlock(scope("tdnn1"), inputs: channels, outputs: channels)
    groups = (0..<scale - 1).map { index in
      TDNNBlock(
        scope("res2net_block.blocks.\(index)"), inputs: group, outputs: group, kernel: kernel, dilation: dilation)
    }
    exit = TDNNBlock(scope("tdnn2"), inputs: channels, outputs: channels)
    squeeze = ConvolutionLayer(
      scope("se_block.conv1.conv"), ConvolutionShape(inputChannels: channels, outputChannels: squeezed),
      weights: .sequence, bias: true, activation: .relu, isExact: true)
    excite = ConvolutionLayer(
      scope("se_block.conv2.conv"), ConvolutionShape(inputChannels: squeezed, outputChannels: channels),
      weights: .sequence, bias: true, isExact: true)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let y = exit(res2(entry(x, run), run), run)
    let gate = run.sigmoid(excite(squeeze(run.meanOverTime(y), run), run))
    return run.add(run.scale(y, by: gate), x)
  }

  /// The first group passes; each other one is convolved together with the result of the one before.
  private func res2<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    var outputs = [run.channels(0..<group, of: x)]
    for (index, block) in groups.enumerated() {
      let own = run.channels((index + 1) * group..<(index + 2) * group, of: x)
      outputs.append(block(index == 0 ? own : run.add(own, outputs[index]), run))
    }
    return run.concatenate(outputs)
  }
}
