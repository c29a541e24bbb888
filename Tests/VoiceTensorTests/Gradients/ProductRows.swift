@testable import VoiceTensor

let productRows: [GradientCase] = [
  linearRow([3, 5], outputs: 4, hasBias: true),
  linearRow([2, 1, 3, 7], outputs: 1, hasBias: false),
  convolutionRow(
    "a sequence, odd sizes", ConvolutionShape(inputChannels: 5, outputChannels: 3, kernelWidth: 3, padding: 1),
    batch: 2, height: 1, width: 7),
  convolutionRow(
    "dilated", ConvolutionShape(inputChannels: 3, outputChannels: 4, kernelWidth: 3, dilation: 2, padding: 2),
    batch: 1, height: 1, width: 9),
  convolutionRow(
    "stride 2 with bias", ConvolutionShape(inputChannels: 2, outputChannels: 3, kernelWidth: 5, stride: 2, padding: 2),
    batch: 2, height: 1, width: 8, hasBias: true),
  convolutionRow(
    "one tap", ConvolutionShape(inputChannels: 7, outputChannels: 5), batch: 3, height: 1, width: 4, hasBias: true),
  convolutionRow(
    "a plane, stride along frequency",
    ConvolutionShape(
      inputChannels: 2, outputChannels: 3, kernel: Extent(height: 3, width: 3), stride: Extent(height: 2, width: 1),
      padding: Extent(height: 1, width: 1)),
    batch: 2, height: 5, width: 4),
  convolutionRow(
    "all frequencies at once",
    ConvolutionShape(
      inputChannels: 2, outputChannels: 3, kernel: Extent(height: 3, width: 5), stride: Extent(height: 1, width: 2),
      padding: Extent(height: 0, width: 2)),
    batch: 1, height: 3, width: 6),
  convolutionRow(
    "stride 3 of a wide kernel, one channel in",
    ConvolutionShape(
      inputChannels: 1, outputChannels: 4, kernel: Extent(height: 7, width: 7), stride: Extent(height: 3, width: 3),
      padding: Extent(height: 1, width: 1)),
    batch: 2, height: 11, width: 9),
  convolutionRow(
    "pixels that no tap reaches",
    ConvolutionShape(inputChannels: 3, outputChannels: 2, stride: Extent(height: 2, width: 3)),
    batch: 2, height: 5, width: 7),
  convolutionRow(
    "strided and dilated",
    ConvolutionShape(
      inputChannels: 2, outputChannels: 5, kernel: Extent(height: 3, width: 4), stride: Extent(height: 2, width: 4),
      dilation: Extent(height: 3, width: 2), padding: Extent(height: 3, width: 2)),
    batch: 1, height: 9, width: 13),
  convolutionRow(
    "more channels than a register tile",
    ConvolutionShape(inputChannels: 13, outputChannels: 26, kernelWidth: 3, padding: 1), batch: 2, height: 1, width: 5),
  convolutionRow(
    "with a ReLU", ConvolutionShape(inputChannels: 3, outputChannels: 5, kernelWidth: 3, padding: 1), batch: 2,
    height: 1, width: 7, hasBias: true, relu: true),
  convolutionRow(
    "pointwise with a ReLU", ConvolutionShape(inputChannels: 7, outputChannels: 3), batch: 3, height: 2, width: 3,
    relu: true),
]

private func linearRow(_ shape: [Int], outputs: Int, hasBias: Bool) -> GradientCase {
  let inputs = shape.last!
  return GradientCase(.linear, [shape, [outputs, inputs]] + (hasBias ? [[outputs]] : [])) { tape, x in
    tape.linear(x[0], weight: x[1], bias: hasBias ? x[2] : nil)
  } definition: { x in
    Reference(shape.dropLast() + [outputs]) { index in
      let sum = (0..<inputs).reduce(0.0) { $0 + x[0][index.dropLast() + [$1]] * x[1][[index.last!, $1]] }
      return sum + (hasBias ? x[2].values[index.last!] : 0)
    }
  }
}

private func convolutionRow(
  _ note: String, _ shape: ConvolutionShape, batch: Int, height: Int, width: Int, hasBias: Bool = false,
  relu: Bool = false
) -> GradientCase {
  let weight = [shape.outputChannels, shape.inputChannels, shape.kernel.height, shape.kernel.width]
  let inputs = [[batch, height, width, shape.inputChannels], weight] + (hasBias ? [[shape.outputChannels]] : [])
  let output = shape.output(height: height, width: width)
  return GradientCase(.convolution, inputs, note) { tape, x in
    tape.convolution(x[0], weight: x[1], bias: hasBias ? x[2] : nil, shape: shape, relu: relu)
  } definition: { x in
    Reference([batch, output.height, output.width, shape.outputChannels]) { index in
      var sum = hasBias ? x[2].values[index[3]] : 0
      for i in 0..<shape.kernel.height {
        for j in 0..<shape.kernel.width {
          let row = index[1] * shape.stride.height + i * shape.dilation.height - shape.padding.height
          let column = index[2] * shape.stride.width + j * shape.dilation.width - shape.padding.width
          for c in 0..<shape.inputChannels {
            sum += x[0].padded([index[0], row, column, c]) * x[1][[index[3], c, i, j]]
          }
        }
      }
      return relu ? max(sum, 0) : sum
    }
  }
}
