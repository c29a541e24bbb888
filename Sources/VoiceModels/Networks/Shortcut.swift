internal import VoiceNN
internal import VoiceTensor

extension ConvolutionLayer {
  /// The way around a residual block that changes channels or size, BN conv1×1 x at scopes `0` and `1` of `scope`; nil
  /// where x itself can be added.
  static func shortcut(_ scope: LayerScope, inputs: Int, outputs: Int, stride: Int) -> ConvolutionLayer? {
    if stride == 1 && inputs == outputs { return nil }
    let step = Extent(height: stride, width: stride)
    return ConvolutionLayer(
      scope("0"), ConvolutionShape(inputChannels: inputs, outputChannels: outputs, stride: step), weights: .plane,
      norm: scope("1"))
  }
}
