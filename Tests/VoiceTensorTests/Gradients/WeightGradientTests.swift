import Testing

@testable import VoiceTensor

@Suite("Gradients of many weights")
struct WeightGradientTests {
  @Test("Threads that take columns of the sums find what threads that take maps find")
  func pieces() {
    let plane = ConvolutionShape(
      inputChannels: 29, outputChannels: 21, kernel: Extent(height: 3, width: 5), stride: Extent(height: 2, width: 1),
      padding: Extent(height: 1, width: 2))
    let dilated = ConvolutionShape(inputChannels: 70, outputChannels: 16, kernelWidth: 3, dilation: 3, padding: 3)
    let point = ConvolutionShape(inputChannels: 110, outputChannels: 40)
    var random = RandomSource(seed: 1)
    func tensor(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in random.uniform() - 0.5 })
    }
    let team = TensorTeam(threads: 2)
    for (shape, maps) in [(plane, [3, 7, 9, 29]), (dilated, [2, 1, 20, 70]), (point, [2, 1, 300, 110])] {
      let geometry = ConvolutionBatch(shape, maps)
      let (x, dy) = (tensor(maps), tensor(geometry.outputShape))
      let byMaps = WeightGradient(geometry, fewWeights: .max).run(x, dy, team)
      let byColumns = WeightGradient(geometry, fewWeights: 0).run(x, dy, team)
      let largest = byMaps.values.reduce(Float(0)) { max($0, abs($1)) }
      #expect(largest > 0.1)
      let difference = zip(byMaps.values, byColumns.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 5e-6 * largest, "\(shape)")
    }
  }
}
