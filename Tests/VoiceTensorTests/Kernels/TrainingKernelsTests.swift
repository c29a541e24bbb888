import Testing

@testable import VoiceTensor

@Suite("Kernels of training")
struct TrainingKernelsTests {
  private static let sets: [KernelISA] = KernelISA.allCases.filter(\.isSupported)

  @Test("Outer products add the products of rows, also of rows that overlap", arguments: sets)
  func outerProducts(_ isa: KernelISA) {
    var random = RandomSource(seed: 5)
    let kernels = TrainingKernels(isa: isa)
    for (rows, columns, outputs, pitch) in [(7, 29, 48, 29), (1, 1, 16, 1), (9, 15, 16, 5), (3, 12, 80, 20)] {
      let x = (0..<rows * pitch + columns).map { _ in random.uniform() - 0.5 }
      let dy = (0..<rows * outputs).map { _ in random.uniform() - 0.5 }
      var sums = [Float](repeating: 1, count: columns * outputs)
      kernels.outerProducts(
        rows: rows, columns: columns, outputs: outputs, x: x, xPitch: pitch, dy: dy, dyPitch: outputs, sums: &sums,
        sumsPitch: outputs)
      for column in 0..<columns {
        for output in 0..<outputs {
          let sum = (0..<rows).reduce(1.0) {
            $0 + Double(x[$1 * pitch + column]) * Double(dy[$1 * outputs + output])
          }
          #expect(abs(Double(sums[column * outputs + output]) - sum) < 1e-6)
        }
      }
    }
  }

  @Test("Moments, norms and their gradients follow their formulas", arguments: sets, [1, 5, 16, 37])
  func norms(_ isa: KernelISA, _ channels: Int) {
    var random = RandomSource(seed: UInt64(channels))
    let (kernels, rows) = (TrainingKernels(isa: isa), 6)
    func floats() -> [Float] { (0..<rows * channels).map { _ in 2 * random.uniform() - 1 } }
    func constants() -> [Double] { (0..<channels).map { _ in Double(2 * random.uniform() - 1) } }
    let (x, dy, scale, shift, slope, offset) = (floats(), floats(), constants(), constants(), constants(), constants())
    var (sums, squares) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    kernels.moments(rows: rows, channels: channels, x, sums: &sums, squares: &squares)
    var (y, dx) = (x, x)
    kernels.norm(rows: rows, channels: channels, x, scale: scale, shift: shift, relu: true, &y)
    var (gradients, products) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    kernels.normMoments(
      rows: rows, channels: channels, x, dy: dy, scale: scale, shift: shift, relu: true, sums: &gradients,
      products: &products)
    kernels.normGradient(
      rows: rows, channels: channels, x, dy: dy, scale: scale, shift: shift, relu: true, slope: slope, offset: offset,
      &dx)
    for channel in 0..<channels {
      let places = stride(from: channel, to: rows * channels, by: channels)
      let passes = places.filter { Double(x[$0]) * scale[channel] + shift[channel] > 0 }
      #expect(abs(sums[channel] - places.reduce(0) { $0 + Double(x[$1]) }) < 1e-12)
      #expect(abs(squares[channel] - places.reduce(0) { $0 + Double(x[$1]) * Double(x[$1]) }) < 1e-12)
      #expect(abs(gradients[channel] - passes.reduce(0) { $0 + Double(dy[$1]) }) < 1e-12)
      #expect(abs(products[channel] - passes.reduce(0) { $0 + Double(dy[$1]) * Double(x[$1]) }) < 1e-12)
      for place in places {
        let value = Double(x[place]) * scale[channel] + shift[channel]
        #expect(abs(Double(y[place]) - max(value, 0)) < 1e-6)
        let gradient = (value > 0 ? Double(dy[place]) * scale[channel] : 0) + Double(x[place]) * slope[channel]
        #expect(abs(Double(dx[place]) - gradient - offset[channel]) < 1e-6)
      }
    }
  }
}
