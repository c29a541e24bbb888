// y = x · Wᵀ + b: a convolution with one tap.
//
// x [pixels…, inputs] · W [outputs, inputs] · b [outputs] · y [pixels…, outputs]
// dx = dy · W · dW = dyᵀ · x · db = Σ of dy over the pixels.

extension Tape {
  /// A fully connected layer on every pixel.
  package func linear(_ x: Variable, weight: Variable, bias: Variable? = nil) -> Variable {
    precondition(
      weight.shape.count == 2 && weight.shape[1] == x.value.channels, "linear: weights \(weight.shape) for \(x.shape)")
    precondition(bias == nil || bias?.shape == [weight.shape[0]], "linear: bias \(bias!.shape) for \(weight.shape)")
    let shape = ConvolutionShape(inputChannels: weight.shape[1], outputChannels: weight.shape[0])
    let outer = Array(x.shape.dropLast())
    return convolution(
      .linear, x, weight: weight, bias: bias, shape, maps: [1, 1, x.value.pixels, shape.inputChannels]
    ) { outer + [$0[3]] }
  }
}
