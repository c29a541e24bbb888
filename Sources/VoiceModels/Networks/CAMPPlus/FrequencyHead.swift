internal import VoiceNN
internal import VoiceTensor

/// The front of CAM++ ("FCM"): residual convolutions over frequency and time that divide the frequencies by 8.
///
/// [bins, frames, 1] → [⌈bins / 8⌉, frames, channels]
struct FrequencyHead: Sendable {
  /// As many as CAM++ has.
  static let channels = 32

  /// Frequencies that are left.
  let outputBins: Int

  private let conv1: ConvolutionLayer
  private let blocks: [ResidualBlock]
  private let conv2: ConvolutionLayer

  init(_ scope: LayerScope, bins: Int, channels: Int = Self.channels) {
    conv1 = ConvolutionLayer(
      scope("conv1"), .plane3x3(inputs: 1, outputs: channels, frequencyStride: 1), weights: .plane,
      norm: scope("bn1"), activation: .relu, layout: .readByPlane3x3)
    blocks = [
      ResidualBlock(scope("layer1.0"), channels: channels, frequencyStride: 2),
      ResidualBlock(scope("layer1.1"), channels: channels, frequencyStride: 1),
      ResidualBlock(scope("layer2.0"), channels: channels, frequencyStride: 2),
      ResidualBlock(scope("layer2.1"), channels: channels, frequencyStride: 1),
    ]
    // The tdnn reads the output: it pads two frames.
    conv2 = ConvolutionLayer(
      scope("conv2"), .plane3x3(inputs: channels, outputs: channels, frequencyStride: 2), weights: .plane,
      norm: scope("bn2"), activation: .relu, layout: .init(halo: Extent(height: 0, width: 2)))
    outputBins = (bins + 7) / 8
  }

  func callAsFunction<E: Execution>(_ image: E.Map, _ run: E) -> E.Map {
    var x = conv1(image, run)
    for block in blocks { x = block(x, run) }
    return conv2(x, run)
  }
}

/// ReLU(BN conv(ReLU BN conv x) + shortcut), where the shortcut is x, or BN of a 1×1 convolution when x is strided.
private struct ResidualBlock: Sendable {
  private let conv1: ConvolutionLayer
  private let shortcut: ConvolutionLayer?
  private let conv2: ConvolutionLayer

  init(_ scope: LayerScope, channels: Int, frequencyStride: Int) {
    conv1 = ConvolutionLayer(
      scope("conv1"), .plane3x3(inputs: channels, outputs: channels, frequencyStride: frequencyStride), weights: .plane,
      norm: scope("bn1"), activation: .relu, layout: .readByPlane3x3)
    shortcut =
      frequencyStride == 1
      ? nil
      : ConvolutionLayer(
        scope("shortcut.0"),
        ConvolutionShape(
          inputChannels: channels, outputChannels: channels, stride: Extent(height: frequencyStride, width: 1)),
        weights: .plane, norm: scope("shortcut.1"))
    conv2 = ConvolutionLayer(
      scope("conv2"), .plane3x3(inputs: channels, outputs: channels, frequencyStride: 1), weights: .plane,
      norm: scope("bn2"), activation: .relu, layout: .readByPlane3x3)
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    let y = conv1(x, run)
    return conv2(y, run, residual: shortcut.map { $0(x, run) } ?? x)
  }
}

extension ConvolutionShape {
  /// 3×3 that keeps time and divides frequency by the stride.
  fileprivate static func plane3x3(inputs: Int, outputs: Int, frequencyStride: Int) -> ConvolutionShape {
    ConvolutionShape(
      inputChannels: inputs, outputChannels: outputs, kernel: Extent(height: 3, width: 3),
      stride: Extent(height: frequencyStride, width: 1), padding: Extent(height: 1, width: 1))
  }
}

extension ConvolutionLayer.Layout {
  fileprivate static let readByPlane3x3 = Self(halo: Extent(height: 1, width: 1))
}
