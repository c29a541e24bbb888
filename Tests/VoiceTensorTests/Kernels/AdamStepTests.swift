import Testing

@testable import VoiceTensor

/// Every instruction set of this machine against plain loops in double precision.
@Suite struct AdamStepTests {
  @Test("Three steps equal the formula for every length", arguments: KernelISA.supported, [1, 3, 8, 15, 16, 17, 100])
  func steps(isa: KernelISA, count: Int) {
    var numbers = TestNumbers(seed: UInt32(count))
    let start = numbers.next(count)
    var (values, first, second) = (start + [9], zeros(count) + [9], zeros(count) + [9])
    var expected = start.map { (w: Double($0), m: 0.0, v: 0.0) }
    for step in 1...3 {
      let gradient = numbers.next(count)
      let (rate, correction) = (0.01 * Double(step), 0.5 / Double(step))
      let adam = AdamStep(
        rate: Float(rate), correction: Float(correction), betas: (0.9, 0.99), epsilon: 1e-3, decay: 0.1, shrink: 0.97)
      run(adam, isa, count, &values, gradient, &first, &second)
      for index in 0..<count {
        var (w, m, v) = expected[index]
        w *= Double(Float(0.97))
        let g = Double(gradient[index]) + 0.1 * w
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g * g
        w -= rate * m / (v.squareRoot() / correction + 1e-3)
        expected[index] = (w, m, v)
      }
    }
    for index in 0..<count {
      #expect(abs(Double(values[index]) - expected[index].w) < 3e-6)
      #expect(abs(Double(first[index]) - expected[index].m) < 1e-6)
      #expect(abs(Double(second[index]) - expected[index].v) < 1e-6)
    }
    // What is behind the end stays.
    #expect(values[count] == 9 && first[count] == 9 && second[count] == 9)
  }

  private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  private func run(
    _ adam: AdamStep, _ isa: KernelISA, _ count: Int, _ values: inout [Float], _ gradient: [Float],
    _ first: inout [Float], _ second: inout [Float]
  ) {
    values.withUnsafeMutableBufferPointer { values in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          gradient.withUnsafeBufferPointer { gradient in
            adam.run(
              TrainingKernels(isa: isa), .init(rebasing: values[..<count]), gradient,
              .init(rebasing: first[..<count]), .init(rebasing: second[..<count]))
          }
        }
      }
    }
  }
}
