internal import VoiceNN
internal import VoiceTensor

/// ReLU(BN conv1×1(groups convolved 3×3) + shortcut), the groups being channels of ReLU BN conv1×1 x.
///
/// Each group but the last is convolved together with the result of the one before, and the last passes. In the first
/// block of a stage the groups are convolved by themselves, with the stage's stride, and the last is averaged.
struct Res2NetBlock: Sendable {
  private let conv1: ConvolutionLayer
  private let convs: [ConvolutionLayer]
  private let conv3: ConvolutionLayer
  private let shortcut: ConvolutionLayer?
  private let width: Int
  private let average: PoolingShape?

  init(
    _ scope: LayerScope, inputs: Int, width: Int, scale: Int, outputs: Int, stride: Int, isFirst: Bool
  ) {
    let three = Extent(height: 3, width: 3)
    let one = Extent(height: 1, width: 1)
    let step = Extent(height: stride, width: stride)
    self.width = width
    average = isFirst ? PoolingShape(.average, kernel: three, stride: step, padding: one) : nil
    conv1 = ConvolutionLayer(
      scope("conv1"), ConvolutionShape(inputChannels: inputs, outputChannels: width * scale), weights: .plane,
      norm: scope("bn1"), activation: .relu, layout: .init(halo: one))
    convs = (0..<scale - 1).map { index in
      ConvolutionLayer(
        scope("convs.\(index)"),
        ConvolutionShape(inputChannels: width, outputChannels: width, kernel: three, stride: step, padding: one),
        weights: .plane, norm: scope("bns.\(index)"), activation: .relu)
    }
    conv3 = ConvolutionLayer(
      scope("conv3"), ConvolutionShape(inputChannels: width * scale, outputChannels: outputs), weights: .plane,
      norm: scope("bn3"), activation: .relu)
    shortcut = .shortcut(scope("downsample"), inputs: inputs, outputs: outputs, stride: stride)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let y = conv1(x, run)
    func group(_ index: Int) -> E.Map { run.channels(index * width..<(index + 1) * width, of: y) }
    let last = average.map { run.pool(group(convs.count), $0) } ?? group(convs.count)
    var outputs = SideBySide(channels: (convs.count + 1) * width, like: last, run)
    for (index, conv) in convs.enumerated() {
      let before = average == nil ? outputs.last : nil
      outputs.append(conv, before.map { run.add($0, group(index)) } ?? group(index))
    }
    outputs.append(last, channels: width)
    return conv3(outputs.whole, run, residual: shortcut.map { $0(x, run) } ?? x)
  }
}
