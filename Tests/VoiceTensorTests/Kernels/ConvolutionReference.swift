@testable import VoiceTensor

/// Reproducible numbers in -1..<1 (a linear congruence, so that a failure can be replayed).
struct TestNumbers {
  private var state: UInt32

  init(seed: UInt32) { state = seed &* 2_654_435_761 | 1 }

  mutating func next() -> Float {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / Float(1 << 23) - 1
  }

  mutating func next(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}

/// A convolution with everything that goes into it, as dense arrays `[height][width][channels]`.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  var shape: ConvolutionShape
  var height: Int
  var width: Int
  var epilogue = ConvolutionEpilogue()
  var residual: [Float]?
  var gate: [Float]?
  var input: [Float] = []
  var weights: [Float] = []

  init(_ shape: ConvolutionShape, height: Int = 1, width: Int) {
    self.shape = shape
    self.height = height
    self.width = width
    var numbers = TestNumbers(seed: UInt32(shape.weightCount + width))
    input = numbers.next(height * width * shape.inputChannels)
    weights = numbers.next(shape.weightCount)
  }

  var description: String { "\(height)×\(width) \(shape)" }

  var output: Extent { shape.output(height: height, width: width) }

  /// The definition, in double precision; the second value is the largest sum of magnitudes, which scales the error.
  func expected() -> (values: [Double], magnitude: Double) {
    var values: [Double] = []
    var magnitude = 1.0
    for y in 0..<output.height {
      for x in 0..<output.width {
        for channel in 0..<shape.outputChannels {
          let (sum, size) = convolve(y: y, x: x, channel: channel)
          magnitude = max(magnitude, size)
          values.append(finish(sum, channel: channel, index: values.count))
        }
      }
    }
    return (values, magnitude)
  }

  private func convolve(y: Int, x: Int, channel: Int) -> (sum: Double, magnitude: Double) {
    var sum = 0.0
    var magnitude = 0.0
    for i in 0..<shape.kernel.height {
      for j in 0..<shape.kernel.width {
        let row = y * shape.stride.height + i * shape.dilation.height - shape.padding.height
        let column = x * shape.stride.width + j * shape.dilation.width - shape.padding.width
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        for c in 0..<shape.inputChannels {
          let weight = ((channel * shape.inputChannels + c) * shape.kernel.height + i) * shape.kernel.width + j
          let term = Double(input[(row * width + column) * shape.inputChannels + c]) * Double(weights[weight])
          sum += term
          magnitude += abs(term)
        }
      }
    }
    return (sum, magnitude)
  }

  private func finish(_ sum: Double, channel: Int, index: Int) -> Double {
    var y = sum
    if !epilogue.bias.isEmpty { y += Double(epilogue.bias[channel]) }
    if epilogue.reluFirst { y = max(y, 0) }
    if !epilogue.scale.isEmpty { y *= Double(epilogue.scale[channel]) }
    if let gate { y *= Double(gate[channel]) }
    if !epilogue.shift.isEmpty { y += Double(epilogue.shift[channel]) }
    let residual = residual.map { Double($0[index]) } ?? 0
    if !epilogue.residualLast { y += residual }
    switch epilogue.activation {
    case .identity: break
    case .relu: y = max(y, 0)
    case .clamp(let limit): y = min(max(y, 0), Double(limit))
    }
    return epilogue.residualLast ? y + residual : y
  }
}

/// How a case is laid out in memory when the kernel runs it.
struct ConvolutionLayout: Sendable {
  /// Whether the input already has the halo that the kernel needs.
  var hasHalo = true
  /// Floats between the pixels of input and output beyond their channels, filled with NaN.
  var gap = 0
  /// Which algorithm runs.
  var algorithm = PackedConvolution.Algorithm.direct
}

extension ConvolutionCase {
  /// Runs the packed kernel; a gap of the output that changed is reported as a NaN among the values.
  func run(
    isa: KernelISA, layout: ConvolutionLayout = .init(), precision: KernelPrecision = .float32
  ) -> [Float] {
    let convolution = weights.withUnsafeBufferPointer {
      PackedConvolution(
        shape: shape, weights: $0, epilogue: epilogue, algorithm: layout.algorithm, isa: isa, precision: precision)
    }
    let buffer = ActivationBuffer()
    let source = buffer.reshape(
      height: height, width: width, channels: shape.inputChannels,
      halo: layout.hasHalo ? shape.halo(height: height, width: width) : .none,
      pixelPitch: shape.inputChannels + layout.gap)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<source.view.pixelPitch {
          let inside = c < shape.inputChannels
          source.base[y * source.view.rowPitch + x * source.view.pixelPitch + c] =
            inside ? input[(y * width + x) * shape.inputChannels + c] : .nan
        }
      }
    }

    let pitch = shape.outputChannels + layout.gap
    let count = output.height * output.width
    let untouched: Float = -12345
    var memory = [Float](repeating: untouched, count: count * pitch)
    memory.withUnsafeMutableBufferPointer { memory in
      let target = MutableActivationView(
        base: memory.baseAddress!, height: output.height, width: output.width, channels: shape.outputChannels,
        pixelPitch: pitch)
      execute(convolution, source.view, target)
    }
    let gapIsUntouched = (0..<count).allSatisfy { pixel in
      memory[pixel * pitch + shape.outputChannels..<(pixel + 1) * pitch].allSatisfy { $0 == untouched }
    }
    let values = (0..<count).flatMap { memory[$0 * pitch..<$0 * pitch + shape.outputChannels] }
    return gapIsUntouched ? values : values + [.nan]
  }

  private func execute(_ convolution: PackedConvolution, _ input: ActivationView, _ target: MutableActivationView) {
    let scratch = KernelScratch()
    (gate ?? [0]).withUnsafeBufferPointer { gateValues in
      (residual ?? [0]).withUnsafeBufferPointer { residualValues in
        let residualView = residual.map { _ in
          ActivationView(
            base: residualValues.baseAddress!, height: output.height, width: output.width,
            channels: shape.outputChannels)
        }
        convolution.run(
          input: input, output: target, residual: residualView, gate: gate == nil ? nil : gateValues.baseAddress!,
          scratch: scratch)
      }
    }
  }

  /// The largest difference between the kernel, on any instruction set and in any of the layouts, and the definition,
  /// relative to the largest sum of magnitudes; infinite when the kernel gave a NaN or another number of values.
  func error(layouts: [ConvolutionLayout]) -> Double {
    let (expected, magnitude) = expected()
    return error(expected, magnitude, sets: KernelISA.supported.map { ($0, .float32) }, layouts)
  }

  /// The same of the kernel in a precision of few bits and the definition for the rounded input and weights.
  func roundedError(_ precision: KernelPrecision = .bfloat16, layouts: [ConvolutionLayout]) -> Double {
    var rounded = self
    rounded.input = input.map { Self.rounded($0, precision) }
    rounded.weights = weights.map { Self.rounded($0, precision) }
    let (expected, magnitude) = rounded.expected()
    return error(expected, magnitude, sets: [(.best, precision)], layouts)
  }

  /// To the nearest number of the precision, ties to even.
  static func rounded(_ value: Float, _ precision: KernelPrecision) -> Float {
    let bits = value.bitPattern
    switch precision {
    case .float32: return value
    case .bfloat16: return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    case .float16: return roundedToHalf(value)
    }
  }

  /// By its definition, so that no instruction of the kernels proves itself: 11 bits of mantissa, exponents from -14.
  private static func roundedToHalf(_ value: Float) -> Float {
    let step = Float(sign: .plus, exponent: max(Int(value.exponent), -14) - 10, significand: 1)
    return value == 0 ? 0 : (value / step).rounded(.toNearestOrEven) * step
  }

  private func error(
    _ expected: [Double], _ magnitude: Double, sets: [(KernelISA, KernelPrecision)], _ layouts: [ConvolutionLayout]
  ) -> Double {
    let errors = sets.flatMap { isa, precision in
      layouts.map { layout -> Double in
        let actual = run(isa: isa, layout: layout, precision: precision)
        guard actual.count == expected.count else { return .infinity }
        let differences = zip(expected, actual).map { abs($0 - Double($1)) }
        guard differences.allSatisfy(\.isFinite) else { return .infinity }
        return (differences.max() ?? 0) / magnitude
      }
    }
    return errors.max() ?? .infinity
  }
}
