import Foundation
import Testing

@testable import VoiceTensor

/// Every instruction set of this machine against Foundation's functions and plain loops in double precision.
@Suite struct VectorKernelsTests {
  static let counts = [1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257]
  static let sizes = [(1, 1), (2, 5), (3, 16), (7, 33), (149, 128), (250, 70)]

  static func largestError(_ actual: [Float], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let errors = zip(actual, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }
    return errors.allSatisfy(\.isFinite) ? errors.max() ?? 0 : .infinity
  }

  /// Applies `function` in place in the middle of memory whose rest must stay as it is.
  static func apply(
    _ input: [Float], _ function: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> [Float] {
    var memory = [Float.nan] + input + [Float.nan]
    memory.withUnsafeMutableBufferPointer { function($0.baseAddress! + 1, $0.baseAddress! + 1, input.count) }
    #expect(memory.first!.isNaN && memory.last!.isNaN)
    return Array(memory[1..<memory.count - 1])
  }

  @Test("Functions equal Foundation's for every length", arguments: KernelISA.supported, counts)
  func elementwise(isa: KernelISA, count: Int) {
    let kernels = VectorKernels(isa: isa)
    var numbers = TestNumbers(seed: UInt32(count))
    let x = numbers.next(count).map { $0 * 12 }
    func relative(_ actual: [Float], _ function: (Double) -> Double) -> Double {
      zip(actual, x).map { abs(Double($0) / function(Double($1)) - 1) }.max()!
    }
    #expect(Self.apply(x) { kernels.relu($0, $1, count: $2) } == x.map { max($0, 0) })
    #expect(relative(Self.apply(x) { kernels.exp($0, $1, count: $2) }) { Foundation.exp($0) } < 2e-7)
    #expect(relative(Self.apply(x) { kernels.sigmoid($0, $1, count: $2) }) { 1 / (1 + Foundation.exp(-$0)) } < 3e-7)
    #expect(relative(Self.apply(x) { kernels.tanh($0, $1, count: $2) }) { Foundation.tanh($0) } < 3e-7)
    #expect(relative(Self.apply(x) { kernels.silu($0, $1, count: $2) }) { $0 / (1 + Foundation.exp(-$0)) } < 4e-7)
    let sum = Self.apply(x) { pointer, output, count in
      x.withUnsafeBufferPointer { kernels.add(pointer, $0.baseAddress!, output, count: count) }
    }
    #expect(sum == x.map { $0 + $0 })
  }

  @Test("Functions keep their limits and NaN", arguments: KernelISA.supported)
  func limits(isa: KernelISA) {
    let kernels = VectorKernels(isa: isa)
    let x: [Float] = [-.infinity, -200, -0.0, 0, 200, .infinity, .nan, 88.5, -87, 1e-6]
    let exp = Self.apply(x) { kernels.exp($0, $1, count: $2) }
    #expect(exp[0] == 0 && exp[1] == 0 && exp[2] == 1 && exp[3] == 1 && exp[4] == .infinity && exp[5] == .infinity)
    #expect(exp[6].isNaN)
    #expect(abs(exp[7] / Foundation.exp(Float(88.5)) - 1) < 1e-6 && abs(exp[8] / Foundation.exp(Float(-87)) - 1) < 1e-6)
    let sigmoid = Self.apply(x) { kernels.sigmoid($0, $1, count: $2) }
    #expect(sigmoid[0] == 0 && sigmoid[3] == 0.5 && sigmoid[4] == 1 && sigmoid[5] == 1 && sigmoid[6].isNaN)
    let tanh = Self.apply(x) { kernels.tanh($0, $1, count: $2) }
    #expect(tanh[0] == -1 && tanh[3] == 0 && tanh[4] == 1 && tanh[5] == 1 && tanh[6].isNaN)
    #expect(abs(tanh[9] / 1e-6 - 1) < 1e-6)
    let relu = Self.apply(x) { kernels.relu($0, $1, count: $2) }
    #expect(relu[0] == 0 && relu[4] == 200 && relu[6].isNaN)
  }

  @Test("Maps of different pitches are added and fused", arguments: KernelISA.supported, [1, 8, 19, 48])
  func maps(isa: KernelISA, channels: Int) {
    var numbers = TestNumbers(seed: 5)
    let (height, width) = (2, 5)
    let pitches = [channels, channels + 1, channels + 3]
    let maps = pitches.map { numbers.next(height * width * $0) }
    func value(_ map: Int, _ pixel: Int, _ channel: Int) -> Float { maps[map][pixel * pitches[map] + channel] }
    func view(_ map: Int, _ base: UnsafePointer<Float>) -> ActivationView {
      ActivationView(base: base, height: height, width: width, channels: channels, pixelPitch: pitches[map])
    }
    let pitch = channels + 2
    for isFused in [false, true] {
      var z = [Float](repeating: -9, count: height * width * pitch)
      z.withUnsafeMutableBufferPointer { z in
        let output = MutableActivationView(
          base: z.baseAddress!, height: height, width: width, channels: channels, pixelPitch: pitch)
        maps[0].withUnsafeBufferPointer { x in
          maps[1].withUnsafeBufferPointer { y in
            maps[2].withUnsafeBufferPointer { a in
              let (x, y) = (view(0, x.baseAddress!), view(1, y.baseAddress!))
              let kernels = VectorKernels(isa: isa)
              if isFused { kernels.fuse(x, y, by: view(2, a.baseAddress!), output) } else { kernels.add(x, y, output) }
            }
          }
        }
      }
      for pixel in 0..<height * width {
        for channel in 0..<pitch {
          let found = z[pixel * pitch + channel]
          guard channel < channels else {
            #expect(found == -9)
            continue
          }
          let (x, y, a) = (value(0, pixel, channel), value(1, pixel, channel), value(2, pixel, channel))
          #expect(abs(found - (isFused ? x * (1 + a) + y * (1 - a) : x + y)) < 1e-6)
        }
      }
    }
  }

  @Test("Scale and shift map every channel of a wider map", arguments: KernelISA.supported, [1, 8, 19, 48])
  func scaleShift(isa: KernelISA, channels: Int) {
    var numbers = TestNumbers(seed: 3)
    let (height, width, pitch) = (2, 5, channels + 3)
    let x = numbers.next(height * width * pitch)
    let scale = numbers.next(channels)
    let shift = numbers.next(channels)
    var y = [Float](repeating: -9, count: x.count)
    for relu in [false, true] {
      y.withUnsafeMutableBufferPointer { y in
        x.withUnsafeBufferPointer { x in
          VectorKernels(isa: isa).scaleShift(
            ActivationView(
              base: x.baseAddress!, height: height, width: width, channels: channels, pixelPitch: pitch),
            scale: scale, shift: shift, relu: relu,
            output: MutableActivationView(
              base: y.baseAddress!, height: height, width: width, channels: channels, pixelPitch: pitch))
        }
      }
      let expected = x.indices.map { index -> Double in
        let c = index % pitch
        guard c < channels else { return -9 }
        let value = Double(x[index]) * Double(scale[c]) + Double(shift[c])
        return relu ? max(value, 0) : value
      }
      #expect(Self.largestError(y, expected) < 1e-6)
    }
  }

  @Test("Means and deviations over time equal their definition", arguments: KernelISA.supported, sizes)
  func statistics(isa: KernelISA, size: (Int, Int)) {
    let (rows, channels) = size
    let kernels = VectorKernels(isa: isa)
    var numbers = TestNumbers(seed: UInt32(rows))
    let pitch = channels + 5
    // A large mean would ruin the one-pass formula of the deviation.
    let x = numbers.next(rows * pitch).map { $0 + 100 }
    let columns = (0..<channels).map { c in (0..<rows).map { Double(x[$0 * pitch + c]) } }
    let means = columns.map { $0.reduce(0, +) / Double(rows) }
    let deviations = zip(columns, means).map { column, mean in
      (column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(rows - 1)).squareRoot()
    }
    var actualMeans = [Float](repeating: 0, count: channels)
    var actualDeviations = actualMeans
    kernels.columnMeans(rows: rows, channels: channels, x, pitch: pitch, means: &actualMeans)
    #expect(Self.largestError(actualMeans, means) < 1e-6)
    kernels.columnStatistics(
      rows: rows, channels: channels, x, pitch: pitch, means: &actualMeans, deviations: &actualDeviations)
    #expect(Self.largestError(actualMeans, means) < 1e-6)
    if rows == 1 {
      #expect(actualDeviations.allSatisfy { $0.isNaN })
    } else {
      #expect(Self.largestError(actualDeviations, deviations) < 2e-5)
    }
  }

  @Test("The last segment is averaged over its real length", arguments: KernelISA.supported, [1, 99, 100, 101, 250])
  func segments(isa: KernelISA, rows: Int) {
    var numbers = TestNumbers(seed: 11)
    let (channels, pitch) = (37, 40)
    let x = numbers.next(rows * pitch)
    let starts = Array(stride(from: 0, to: rows, by: 100))
    let expected = starts.flatMap { start in
      (0..<channels).map { c -> Double in
        let segment = (start..<min(start + 100, rows)).map { Double(x[$0 * pitch + c]) }
        return segment.reduce(0, +) / Double(segment.count)
      }
    }
    var actual = [Float](repeating: .nan, count: starts.count * channels)
    VectorKernels(isa: isa).segmentMeans(
      rows: rows, channels: channels, x, pitch: pitch, segmentRows: 100, means: &actual)
    #expect(Self.largestError(actual, expected) < 1e-6)
  }

  @Test("Products with one vector equal their definition", arguments: KernelISA.supported, sizes)
  func products(isa: KernelISA, size: (Int, Int)) {
    let (rows, columns) = size
    let kernels = VectorKernels(isa: isa)
    var numbers = TestNumbers(seed: UInt32(columns))
    let pitch = columns + 2
    let matrix = numbers.next(rows * pitch)
    let x = numbers.next(columns)
    let bias = numbers.next(rows)
    let expected = (0..<rows).map { row in
      (0..<columns).reduce(0.0) { $0 + Double(matrix[row * pitch + $1]) * Double(x[$1]) }
    }
    var actual = [Float](repeating: .nan, count: rows)
    kernels.matrixVector(rows: rows, columns: columns, matrix, pitch: pitch, x, &actual)
    #expect(Self.largestError(actual, expected) < 1e-6)
    kernels.matrixVector(rows: rows, columns: columns, matrix, pitch: pitch, x, bias: bias, &actual)
    #expect(Self.largestError(actual, zip(expected, bias).map { $0 + Double($1) }) < 1e-6)
    #expect(abs(Double(kernels.dot(matrix, x, count: columns)) - expected[0]) < 1e-6 * Double(columns))
    let norm = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(Double(kernels.squaredNorm(x, count: columns)) - norm) < 1e-6 * max(1, norm))
  }
}
