internal import VoiceNN
internal import VoiceTensor

/// conv1×1(ReLU BN x), which halves the channels after a block.
struct Transit: Sendable {
  private let nonlinear: NormActivation
  private let linear: ConvolutionLayer

  init(_ scope: LayerScope, inputChannels: Int, outputChannels: Int, room: Int) {
    nonlinear = NormActivation(scope("nonlinear.batchnorm"), channels: inputChannels)
    linear = ConvolutionLayer(
      scope("linear"), ConvolutionShape(inputChannels: inputChannels, outputChannels: outputChannels),
      weights: .sequence, layout: .init(room: room))
  }

  func callAsFunction<E: Execution>(_ x: E.Map, _ run: E) -> E.Map {
    linear(nonlinear(x, run), run)
  }
}
