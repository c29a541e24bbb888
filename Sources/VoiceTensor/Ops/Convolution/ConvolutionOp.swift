// y[b, i, j, o] = Σ_{k, l, c} x[b, i·sh + k·dh − ph, j·sw + l·dw − pw, c] · W[o, c, k, l] + bias[o], zero outside of x
//
// x [batch, height, width, inputs] · W PyTorch's [outputs, inputs, kernel height, kernel width], or the same values
// under another shape · bias [outputs] · y [batch, height′, width′, outputs]
// With the patch matrix P [height′ · width′, taps · inputs] of an item: dW = dyᵀ · P, dP = dy · W, dx = P's pixels
// summed back from dP, dbias = Σ dy.

extension Tape {
  /// A convolution of channels-last maps.
  package func convolution(
    _ x: Variable, weight: Variable, bias: Variable? = nil, shape: ConvolutionShape
  ) -> Variable {
    precondition(
      x.shape.count == 4 && x.value.channels == shape.inputChannels && weight.value.count == shape.weightCount,
      "convolution \(shape): input \(x.shape), weights \(weight.shape)")
    precondition(bias == nil || bias?.shape == [shape.outputChannels], "convolution \(shape): bias \(bias!.shape)")

    let y = ConvolutionForward(shape: shape, weight: weight.value, bias: bias?.value).run(x.value)
    return record(.convolution, [x, weight] + (bias.map { [$0] } ?? []), y) { dy in
      let backward = ConvolutionBackward(shape: shape, weight: weight.value, needsInput: x.requiresGradient)
      let (dx, dWeight) = backward.run(x.value, dy)
      return [dx, dWeight] + (bias == nil ? [] : [dy.channelSums()])
    }
  }
}

/// One item after the other through the kernels that serve inference.
private struct ConvolutionForward {
  let shape: ConvolutionShape
  let packed: PackedConvolution

  init(shape: ConvolutionShape, weight: Tensor, bias: Tensor?) {
    self.shape = shape
    packed = weight.values.withUnsafeBufferPointer {
      PackedConvolution(
        shape: shape, weights: $0, epilogue: ConvolutionEpilogue(bias: bias?.values ?? []), algorithm: .direct)
    }
  }

  func run(_ x: Tensor) -> Tensor {
    let (batch, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    let output = shape.output(height: height, width: width)
    var y = Tensor(zeros: [batch, output.height, output.width, shape.outputChannels])
    let scratch = KernelScratch()
    x.values.withUnsafeBufferPointer { x in
      y.values.withUnsafeMutableBufferPointer { y in
        guard let source = x.baseAddress, let target = y.baseAddress else { return }
        for item in 0..<batch {
          packed.run(
            input: ActivationView(
              base: source + item * height * width * shape.inputChannels, height: height, width: width,
              channels: shape.inputChannels),
            output: MutableActivationView(
              base: target + item * output.height * output.width * shape.outputChannels, height: output.height,
              width: output.width, channels: shape.outputChannels),
            scratch: scratch)
        }
      }
    }
    return y
  }
}

/// Two matrix products an item.
private struct ConvolutionBackward {
  let shape: ConvolutionShape
  let weight: Tensor
  let needsInput: Bool

  private var taps: Int { shape.kernel.height * shape.kernel.width }

  func run(_ x: Tensor, _ dy: Tensor) -> (dx: Tensor?, dWeight: Tensor) {
    let patches = PatchMatrix(shape: shape, height: x.shape[1], width: x.shape[2])
    // [outputs, inputs, taps] → [outputs, taps, inputs]: the order of a patch.
    let order = [shape.outputChannels, shape.inputChannels, taps]
    let byTap = Matrix(
      weight.reshaped(order).permuted([0, 2, 1]).values, rows: shape.outputChannels, columns: patches.columns)

    var dx = Tensor(zeros: needsInput ? x.shape : [0])
    var dByTap = [Float](repeating: 0, count: weight.count)
    let (inputSize, outputSize) = (x.count / x.shape[0], dy.count / dy.shape[0])
    for item in 0..<x.shape[0] {
      let outer = Matrix(
        Array(dy.values[item * outputSize..<(item + 1) * outputSize]), rows: patches.rows,
        columns: shape.outputChannels)
      let patch = patches.gather(x.values, from: item * inputSize)
      outer.transposed.multiply(
        Matrix(patch, rows: patches.rows, columns: patches.columns), addingTo: &dByTap)
      guard needsInput else { continue }
      var dPatch = [Float](repeating: 0, count: patch.count)
      outer.multiply(byTap, addingTo: &dPatch)
      patches.scatter(dPatch, addingTo: &dx.values, from: item * inputSize)
    }
    let dWeight = Tensor(shape: [shape.outputChannels, taps, shape.inputChannels], values: dByTap)
    return (needsInput ? dx : nil, dWeight.permuted([0, 2, 1]).reshaped(weight.shape))
  }
}
