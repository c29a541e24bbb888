/// A convolution of a batch through the kernels that serve inference; a map at a time.
struct ConvolutionForward {
  private let geometry: ConvolutionBatch
  private let packed: PackedConvolution

  init(_ geometry: ConvolutionBatch, weight: Tensor, bias: Tensor?, relu: Bool) {
    self.geometry = geometry
    packed = weight.values.withUnsafeBufferPointer {
      PackedConvolution(
        shape: geometry.shape, weights: $0,
        epilogue: ConvolutionEpilogue(bias: bias?.values ?? [], activation: relu ? .relu : .identity),
        algorithm: .direct)
    }
  }

  func run(_ x: Tensor, _ team: TensorTeam) -> Tensor {
    Tensor(geometry.outputShape) { y in
      x.read { x in
        if geometry.isPointwise { return team.run(packed, pixels: geometry.outputPixels, x.base, y) }
        let scratch = team.scratch()
        team.forEach(geometry.batch) { item, thread in
          packed.run(
            input: ActivationView(
              base: x.base + item * geometry.inputSize, height: geometry.height, width: geometry.width,
              channels: geometry.shape.inputChannels),
            output: MutableActivationView(
              base: y + item * geometry.outputSize, height: geometry.output.height, width: geometry.output.width,
              channels: geometry.shape.outputChannels),
            scratch: scratch[thread])
        }
      }
    }
  }
}
