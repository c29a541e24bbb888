internal import VoiceNN
internal import VoiceTensor

/// The stages that both ERes2Nets have in common.
///
/// features [1, frames, bins] → the outputs of the four stages
struct ERes2NetTrunk: Sendable {
  /// What the keyword arguments say.
  struct Sizes {
    /// mvector's names of them.
    static let names: Set<String> = ["m_channels", "num_blocks", "expansion", "base_width", "scale", "pooling_type"]

    private enum Pooling: String { case tstp = "TSTP" }

    let channels: Int
    let blocks: [Int]
    let expansion: Int
    let baseWidth: Int
    let scale: Int

    init(_ arguments: NetworkArguments, baseWidth: Int) throws {
      channels = try arguments.size("m_channels", default: 32)
      blocks = try arguments.sizes("num_blocks", default: [3, 4, 6, 3])
      expansion = try arguments.size("expansion", default: 2)
      self.baseWidth = try arguments.size("base_width", default: baseWidth)
      scale = try arguments.size("scale", default: 2)
      // mvector names others too, but its layers do not fit them.
      _ = try arguments.choice("pooling_type", default: Pooling.tstp, of: [.tstp])
      let bins = try arguments.inputSize()
      guard bins.isMultiple(of: 8) else { throw arguments.refuse("\(bins) bins are no multiple of 8") }
      guard channels * self.baseWidth >= 64 else {
        throw arguments.refuse("m_channels · base_width is \(channels * self.baseWidth); a group needs at least 64")
      }
      guard channels * 4 * self.baseWidth / 64 >= AttentionalFusion.reduction else {
        throw arguments.refuse("m_channels is \(channels): the groups that are fused have fewer than 4 channels")
      }
    }
  }

  private let conv1: ConvolutionLayer
  private let stages: [[ERes2NetBlock]]

  init(_ sizes: Sizes, _ scope: LayerScope) {
    conv1 = ConvolutionLayer(
      scope("conv1"),
      ConvolutionShape(
        inputChannels: 1, outputChannels: sizes.channels, kernel: Extent(height: 3, width: 3),
        padding: Extent(height: 1, width: 1)),
      weights: .plane, norm: scope("bn1"), activation: .relu)
    var inputs = sizes.channels
    stages = sizes.blocks.enumerated().map { stage, count in
      let planes = sizes.channels << stage
      return (0..<count).map { index in
        defer { inputs = planes * sizes.expansion }
        return ERes2NetBlock(
          scope("layer\(stage + 1).\(index)"), inputs: inputs, width: planes * sizes.baseWidth / 64,
          scale: sizes.scale, outputs: planes * sizes.expansion, stride: index == 0 && stage > 0 ? 2 : 1,
          isFused: stage >= 2)
      }
    }
  }

  func callAsFunction<E: Execution>(_ features: E.Map, _ run: E) -> [E.Map] {
    var x = conv1(run.image(features), run)
    return stages.map { blocks in
      for block in blocks { x = block(x, run) }
      return x
    }
  }
}

/// clamp(BN conv1×1(groups convolved 3×3) + shortcut), the groups being channels of clamp BN conv1×1 x, which carries
/// the stride. Each group is convolved together with the result of the one before: added to it, or fused with it by
/// attention in the deeper stages. The clamp is a ReLU that ends at 20.
struct ERes2NetBlock: Sendable {
  private let conv1: ConvolutionLayer
  private let convs: [ConvolutionLayer]
  private let fusions: [AttentionalFusion]
  private let conv3: ConvolutionLayer
  private let shortcut: ConvolutionLayer?
  private let width: Int

  init(_ scope: LayerScope, inputs: Int, width: Int, scale: Int, outputs: Int, stride: Int, isFused: Bool) {
    let step = Extent(height: stride, width: stride)
    let clamp = ConvolutionEpilogue.Activation.clamp(upTo: 20)
    let one = Extent(height: 1, width: 1)
    self.width = width
    conv1 = ConvolutionLayer(
      scope("conv1"), ConvolutionShape(inputChannels: inputs, outputChannels: width * scale, stride: step),
      weights: .plane, norm: scope("bn1"), activation: clamp, layout: .init(halo: one))
    convs = (0..<scale).map { index in
      ConvolutionLayer(
        scope("convs.\(index)"),
        ConvolutionShape(
          inputChannels: width, outputChannels: width, kernel: Extent(height: 3, width: 3), padding: one),
        weights: .plane, norm: scope("bns.\(index)"), activation: clamp)
    }
    fusions = isFused ? (0..<scale - 1).map { AttentionalFusion(scope("fuse_models.\($0)"), channels: width) } : []
    conv3 = ConvolutionLayer(
      scope("conv3"), ConvolutionShape(inputChannels: width * scale, outputChannels: outputs), weights: .plane,
      // The 3×3 that halves a stage's output pads it.
      norm: scope("bn3"), activation: clamp, layout: .init(halo: one))
    shortcut = .shortcut(scope("shortcut"), inputs: inputs, outputs: outputs, stride: stride)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let y = conv1(x, run)
    var outputs = SideBySide(channels: convs.count * width, like: y, run)
    for (index, conv) in convs.enumerated() {
      let own = run.channels(index * width..<(index + 1) * width, of: y)
      let input = outputs.last.map { before in
        fusions.isEmpty ? run.add(before, own) : fusions[index - 1](before, own, run)
      }
      outputs.append(conv, input ?? own)
    }
    return conv3(outputs.whole, run, residual: shortcut.map { $0(x, run) } ?? x)
  }
}

/// x · (1 + a) + y · (1 − a), a = tanh BN conv1×1(SiLU BN conv1×1(x ‖ y)) (Dai et al., "Attentional feature fusion",
/// WACV 2021).
struct AttentionalFusion: Sendable {
  static let reduction = 4

  private let squeeze: ConvolutionLayer
  private let excite: ConvolutionLayer

  init(_ scope: LayerScope, channels: Int) {
    let inner = channels / Self.reduction
    squeeze = ConvolutionLayer(
      scope("local_att.0"), ConvolutionShape(inputChannels: 2 * channels, outputChannels: inner), weights: .plane,
      bias: true, norm: scope("local_att.1"))
    excite = ConvolutionLayer(
      scope("local_att.3"), ConvolutionShape(inputChannels: inner, outputChannels: channels), weights: .plane,
      bias: true, norm: scope("local_att.4"))
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ y: E.Map, _ run: E) -> E.Map {
    let attention = run.tanh(excite(run.silu(squeeze(run.concatenate([x, y]), run)), run))
    return run.fuse(x, y, by: attention)
  }
}
