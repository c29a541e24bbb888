import Testing

@testable import VoiceTensor

@Suite("Threads of a tape")
struct ThreadsTests {
  @Test("Values and gradients are the same to the bit for any number of threads")
  func reproducible() {
    let expected = step(threads: 1)
    for threads in [2, 3] {
      let actual = step(threads: threads)
      #expect(actual.value == expected.value)
      #expect(actual.gradients == expected.gradients)
    }
  }

  @Test("What the backward pass needs is freed on the way")
  func memory() {
    let tape = Tape()
    let x = tape.parameter(Tensor(shape: [3], values: [1, 2, 3]))
    var isHeld: Held? = Held()
    weak let held = isHeld
    let y = tape.record(.tanh, [x], x.value) { [isHeld] dy in
      withExtendedLifetime(isHeld) {}
      return [dy]
    }
    isHeld = nil
    #expect(held != nil)
    #expect(tape.gradients(of: tape.sum(y))[x]?.values == [1, 1, 1])
    #expect(held == nil)
  }

  private final class Held {}

  /// A small network large enough that every operation is cut into several pieces.
  private func step(threads: Int) -> (value: [Float], gradients: [[Float]]) {
    var random = RandomSource(seed: 3)
    func tensor(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in 2 * random.uniform() - 1 })
    }
    let plane = ConvolutionShape(
      inputChannels: 2, outputChannels: 13, kernel: Extent(height: 3, width: 3), stride: Extent(height: 2, width: 1),
      padding: Extent(height: 1, width: 1))
    let point = ConvolutionShape(inputChannels: 13, outputChannels: 33)
    let wide = ConvolutionShape(inputChannels: 33, outputChannels: 350, kernelWidth: 3, dilation: 2, padding: 2)

    let tape = Tape(threads: threads)
    let leaves = [[5, 9, 211, 2], [13, 2, 3, 3], [33, 13, 1, 1], [350, 33, 1, 3], [33], [33]].map {
      tape.parameter(tensor($0))
    }
    var x = tape.relu(tape.convolution(leaves[0], weight: leaves[1], shape: plane))
    x = tape.convolution(x, weight: leaves[2], shape: point)
    x = tape.batchNorm(x, weight: leaves[4], bias: leaves[5], relu: true).y
    x = tape.add(x, tape.segmentMean(x, length: 50), segmentLength: 50)
    x = tape.convolution(x, weight: leaves[3], shape: wide)
    x = tape.concatenate([tape.slice(x, channels: 3..<40), tape.tanh(x)])
    let y = tape.sum(tape.multiply(x, x))
    let gradients = tape.gradients(of: y)
    return (x.value.values, leaves.map { gradients[$0]?.values ?? [] })
  }
}
