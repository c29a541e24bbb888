// y[b, i, j, o] = Σ_{k, l, c} x[b, i·sh + k·dh − ph, j·sw + l·dw − pw, c] · W[o, c, k, l] + bias[o], zero outside of x
//
// x [batch, height, width, inputs] · W PyTorch's [outputs, inputs, kernel height, kernel width], or the same values
// under another shape · bias [outputs] · y [batch, height′, width′, outputs]
// dW = Σ of dy times the pixels under the taps, dx = the convolution of dy with the kernel turned round, dbias = Σ dy.
// With a ReLU behind it y = max(y, 0), and dy counts where y > 0.

extension Tape {
  /// A convolution of channels-last maps, with a ReLU behind it or not.
  package func convolution(
    _ x: Variable, weight: Variable, bias: Variable? = nil, shape: ConvolutionShape, relu: Bool = false
  ) -> Variable {
    precondition(
      x.shape.count == 4 && x.value.channels == shape.inputChannels && weight.value.count == shape.weightCount,
      "convolution \(shape): input \(x.shape), weights \(weight.shape)")
    precondition(bias == nil || bias?.shape == [shape.outputChannels], "convolution \(shape): bias \(bias!.shape)")
    return convolution(.convolution, x, weight: weight, bias: bias, shape, maps: x.shape, relu: relu) { $0 }
  }

  /// Records a convolution of x taken as maps of another shape; `outer` shapes the result.
  func convolution(
    _ kind: OpKind, _ x: Variable, weight: Variable, bias: Variable?, _ shape: ConvolutionShape, maps: [Int],
    relu: Bool = false, outer: ([Int]) -> [Int]
  ) -> Variable {
    let geometry = ConvolutionBatch(shape, maps)
    let y = ConvolutionForward(geometry, weight: weight.value, bias: bias?.value, relu: relu).run(x.value, team)
    count(operations: geometry.operations)
    let inputs = [x, weight] + (bias.map { [$0] } ?? [])
    let (xShape, needsInput, needsWeight) = (x.shape, x.requiresGradient, weight.requiresGradient)
    let shaped = y.reshaped(outer(geometry.outputShape))
    return record(kind, inputs, shaped) { [team, x = x.value, weight = weight.value] dy in
      let dy = relu ? team.reluGradient(shaped, dy) : dy
      let dWeight = needsWeight ? WeightGradient(geometry).run(x, dy, team).reshaped(weight.shape) : nil
      let dx = needsInput ? InputGradient(geometry, weight: weight, team).run(dy, team).reshaped(xShape) : nil
      return [dx, dWeight] + (bias == nil ? [] : [team.channelSums(dy)])
    }
  }
}

/// A convolution of a batch of maps of one size.
struct ConvolutionBatch {
  let shape: ConvolutionShape
  let batch: Int
  let height: Int
  let width: Int
  let output: Extent

  init(_ shape: ConvolutionShape, _ maps: [Int]) {
    self.shape = shape
    (batch, height, width) = (maps[0], maps[1], maps[2])
    output = shape.output(height: height, width: width)
    precondition(
      batch > 0 && output.height > 0 && output.width > 0, "convolution \(shape): the maps \(maps) are too small")
  }

  var inputShape: [Int] { [batch, height, width, shape.inputChannels] }
  var outputShape: [Int] { [batch, output.height, output.width, shape.outputChannels] }
  var inputSize: Int { height * width * shape.inputChannels }
  var outputSize: Int { output.height * output.width * shape.outputChannels }
  var outputPixels: Int { batch * output.height * output.width }
  var operations: Int { batch * shape.operations(output: output) }

  /// Whether each output pixel reads the input pixel of the same place only: a product with a matrix.
  var isPointwise: Bool {
    let one = Extent(height: 1, width: 1)
    return shape.kernel == one && shape.stride == one && shape.padding == Extent(height: 0, width: 0)
  }
}

/// Runs packed convolutions over a batch.
extension TensorTeam {
  /// Pixels that a thread takes at a time where maps need not be kept apart.
  private static let pixelsAtOnce = 128

  /// A pointwise convolution of `pixels` pixels.
  func run(
    _ packed: PackedConvolution, pixels: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    let (inputs, outputs) = (packed.shape.inputChannels, packed.shape.outputChannels)
    let step = Self.pixelsAtOnce
    let scratch = self.scratch()
    forEach((pixels + step - 1) / step) { cut, thread in
      let (first, count) = (cut * step, min(step, pixels - cut * step))
      packed.run(
        input: ActivationView(base: x + first * inputs, width: count, channels: inputs),
        output: MutableActivationView(base: y + first * outputs, width: count, channels: outputs),
        scratch: scratch[thread])
    }
  }

  /// Working memory for each thread.
  func scratch() -> [KernelScratch] { (0..<threads).map { _ in KernelScratch() } }
}
