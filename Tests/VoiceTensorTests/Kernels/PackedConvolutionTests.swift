import Testing

@testable import VoiceTensor

/// Every instruction set of this machine against the definition in double precision.
@Suite struct PackedConvolutionTests {
  static let tolerance = 1e-6

  static func map(
    _ inputChannels: Int, _ outputChannels: Int, kernel: (Int, Int), stride: (Int, Int) = (1, 1),
    dilation: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0), size: (Int, Int)
  ) -> ConvolutionCase {
    func extent(_ pair: (Int, Int)) -> Extent { Extent(height: pair.0, width: pair.1) }
    return ConvolutionCase(
      ConvolutionShape(
        inputChannels: inputChannels, outputChannels: outputChannels, kernel: extent(kernel), stride: extent(stride),
        dilation: extent(dilation), padding: extent(padding)), height: size.0, width: size.1)
  }

  static let geometries = [
    map(1, 1, kernel: (1, 1), size: (1, 1)),
    map(8, 7, kernel: (1, 1), size: (1, 13)),
    map(5, 33, kernel: (1, 1), size: (1, 29)),
    map(64, 48, kernel: (1, 1), size: (3, 15)),
    map(20, 35, kernel: (1, 3), dilation: (1, 2), padding: (0, 2), size: (1, 33)),
    map(16, 32, kernel: (1, 5), stride: (1, 2), padding: (0, 2), size: (1, 30)),
    map(3, 17, kernel: (1, 3), stride: (1, 3), dilation: (1, 4), padding: (0, 5), size: (1, 22)),
    map(1, 32, kernel: (3, 3), padding: (1, 1), size: (9, 31)),
    map(12, 45, kernel: (3, 3), stride: (2, 2), padding: (1, 1), size: (7, 19)),
    map(32, 32, kernel: (3, 3), stride: (2, 1), padding: (1, 1), size: (8, 43)),
    map(4, 16, kernel: (3, 2), stride: (1, 2), dilation: (2, 3), padding: (2, 1), size: (6, 12)),
    map(2, 100, kernel: (7, 7), stride: (3, 3), padding: (1, 1), size: (11, 14)),
    map(32, 128, kernel: (10, 5), stride: (1, 2), padding: (0, 2), size: (10, 21)),
    map(6, 4, kernel: (3, 3), padding: (1, 1), size: (1, 1)),
    map(300, 1000, kernel: (1, 1), size: (1, 20)),
  ]

  /// The halo is there or not; the pixels touch or have foreign channels between them, never to be read or written.
  static func layouts(_ algorithm: PackedConvolution.Algorithm) -> [ConvolutionLayout] {
    [
      ConvolutionLayout(algorithm: algorithm),
      ConvolutionLayout(hasHalo: false, algorithm: algorithm),
      ConvolutionLayout(gap: 3, algorithm: algorithm),
    ]
  }

  @Test("Each geometry equals its definition in every layout", arguments: geometries)
  func equalsDefinition(geometry: ConvolutionCase) {
    #expect(geometry.error(layouts: Self.layouts(.direct)) < Self.tolerance)
  }

  @Test("Tiles of every width are right", arguments: 1...30)
  func everyWidth(width: Int) {
    let geometry = Self.map(7, 40, kernel: (1, 3), padding: (0, 1), size: (2, width))
    #expect(geometry.error(layouts: [ConvolutionLayout()]) < Self.tolerance)
  }

  @Test("Every count of output channels is right", arguments: 1...40)
  func everyChannelCount(channels: Int) {
    let geometry = Self.map(9, channels, kernel: (1, 3), padding: (0, 1), size: (1, 8))
    #expect(geometry.error(layouts: [ConvolutionLayout(gap: 1)]) < Self.tolerance)
  }

  enum Fused: String, CaseIterable, CustomTestStringConvertible {
    case bias, reluThenNorm, scaleOnly, relu, clamp, residualThenRelu, reluThenResidual, gate, everything

    var testDescription: String { rawValue }

    func apply(to geometry: inout ConvolutionCase) {
      let channels = geometry.shape.outputChannels
      var numbers = TestNumbers(seed: 7)
      let bias = numbers.next(channels)
      let scale = numbers.next(channels)
      let shift = numbers.next(channels)
      let residual = numbers.next(geometry.output.height * geometry.output.width * channels)
      switch self {
      case .bias: geometry.epilogue = .init(bias: bias)
      case .reluThenNorm: geometry.epilogue = .init(bias: bias, reluFirst: true, scale: scale, shift: shift)
      case .scaleOnly: geometry.epilogue = .init(scale: scale)
      case .relu: geometry.epilogue = .init(bias: bias, activation: .relu)
      case .clamp: geometry.epilogue = .init(activation: .clamp(upTo: 0.5))
      case .residualThenRelu:
        geometry.epilogue = .init(bias: bias, activation: .relu)
        geometry.residual = residual
      case .reluThenResidual:
        geometry.epilogue = .init(activation: .relu, residualLast: true)
        geometry.residual = residual
      case .gate: geometry.gate = scale
      case .everything:
        geometry.epilogue = .init(
          bias: bias, reluFirst: true, scale: scale, shift: shift, activation: .clamp(upTo: 0.7), residualLast: true)
        geometry.residual = residual
      }
    }
  }

  @Test("Each fused step equals its definition", arguments: Fused.allCases)
  func fusedSteps(fused: Fused) {
    for channels in [5, 35, 64] {
      var geometry = Self.map(6, channels, kernel: (3, 3), padding: (1, 1), size: (4, 17))
      fused.apply(to: &geometry)
      #expect(geometry.error(layouts: [ConvolutionLayout(gap: 2)]) < Self.tolerance)
    }
  }

  static let winogradGeometries = [
    map(16, 16, kernel: (1, 3), padding: (0, 1), size: (1, 1)),
    map(16, 32, kernel: (1, 3), size: (1, 3)),
    map(32, 32, kernel: (3, 3), padding: (1, 1), size: (7, 43)),
    map(32, 32, kernel: (3, 3), stride: (2, 1), padding: (1, 1), size: (8, 57)),
    map(20, 35, kernel: (3, 3), stride: (3, 1), padding: (1, 2), size: (9, 30)),
    map(17, 40, kernel: (2, 3), dilation: (2, 1), padding: (1, 0), size: (6, 18)),
    map(128, 32, kernel: (1, 3), dilation: (1, 2), padding: (0, 2), size: (1, 149)),
    map(64, 64, kernel: (1, 3), dilation: (1, 4), padding: (0, 4), size: (1, 3)),
    map(24, 70, kernel: (3, 3), dilation: (2, 3), padding: (2, 3), size: (5, 26)),
    // Weights that do not stay in the second-level cache, with rows of more than one tile.
    map(240, 192, kernel: (1, 3), padding: (0, 1), size: (1, 60)),
    map(128, 128, kernel: (3, 3), padding: (1, 1), size: (2, 60)),
    map(512, 40, kernel: (3, 3), padding: (1, 1), size: (6, 70)),
    map(160, 160, kernel: (3, 3), stride: (2, 1), padding: (1, 1), size: (9, 31)),
    // Pairs of rows: one alone, a last one without its other, channels that fill no vector, no padding above.
    map(40, 36, kernel: (3, 3), padding: (1, 1), size: (1, 20)),
    map(52, 52, kernel: (3, 3), padding: (1, 1), size: (5, 23)),
    map(33, 64, kernel: (3, 3), padding: (0, 1), size: (7, 61)),
  ]

  @Test("Winograd equals the definition in every layout", arguments: winogradGeometries)
  func winogradEqualsDefinition(geometry: ConvolutionCase) {
    #expect(geometry.error(layouts: Self.layouts(.winograd)) < Self.tolerance)
  }

  @Test("Winograd is right for rows of every width", arguments: 1...70)
  func winogradEveryWidth(width: Int) {
    for dilation in [1, 2] {
      let geometry = Self.map(
        16, 20, kernel: (1, 3), dilation: (1, dilation), padding: (0, dilation), size: (1, width))
      #expect(geometry.error(layouts: [ConvolutionLayout(algorithm: .winograd)]) < Self.tolerance)
    }
  }

  @Test("Winograd's fused steps equal their definition", arguments: Fused.allCases)
  func winogradFusedSteps(fused: Fused) {
    for dilation in [1, 3] {
      var geometry = Self.map(
        18, 35, kernel: (3, 3), dilation: (1, dilation), padding: (1, dilation), size: (4, 62))
      fused.apply(to: &geometry)
      #expect(geometry.error(layouts: [ConvolutionLayout(algorithm: .winograd)]) < Self.tolerance)
    }
  }

  @Test("Winograd is chosen where it can run")
  func choosesAlgorithm() {
    func chosen(_ geometry: ConvolutionCase) -> PackedConvolution.Algorithm {
      geometry.weights.withUnsafeBufferPointer { PackedConvolution(shape: geometry.shape, weights: $0).algorithm }
    }
    #expect(chosen(Self.map(32, 32, kernel: (3, 3), stride: (2, 1), padding: (1, 1), size: (8, 8))) == .winograd)
    #expect(chosen(Self.map(32, 32, kernel: (3, 3), stride: (1, 2), padding: (1, 1), size: (8, 8))) == .direct)
    #expect(chosen(Self.map(1, 32, kernel: (3, 3), padding: (1, 1), size: (8, 8))) == .direct)
    #expect(chosen(Self.map(64, 64, kernel: (1, 5), padding: (0, 2), size: (1, 8))) == .direct)
  }

  @Test("A NaN in the input reaches the output through every activation", arguments: KernelISA.supported)
  func keepsNaN(isa: KernelISA) {
    for activation in [ConvolutionEpilogue.Activation.identity, .relu, .clamp(upTo: 20)] {
      var geometry = Self.map(4, 20, kernel: (1, 1), size: (1, 3))
      geometry.epilogue.activation = activation
      geometry.epilogue.reluFirst = true
      geometry.input[4] = .nan
      let output = geometry.run(isa: isa)
      #expect(output[20..<40].allSatisfy { $0.isNaN })
      #expect(output[0..<20].allSatisfy { $0.isFinite })
    }
  }

  @Test("A cut of a sequence sees its neighbours", arguments: KernelISA.supported)
  func cutSeesNeighbours(isa: KernelISA) {
    let geometry = Self.map(8, 24, kernel: (1, 3), dilation: (1, 2), padding: (0, 2), size: (1, 50))
    let whole = geometry.run(isa: isa)
    let convolution = geometry.weights.withUnsafeBufferPointer {
      PackedConvolution(shape: geometry.shape, weights: $0, algorithm: .direct, isa: isa)
    }
    var parts = [Float](repeating: 0, count: whole.count)
    geometry.input.withUnsafeBufferPointer { input in
      parts.withUnsafeMutableBufferPointer { parts in
        let source = ActivationView(base: input.baseAddress!, width: 50, channels: 8)
        let target = MutableActivationView(base: parts.baseAddress!, width: 50, channels: 24)
        convolution.run(
          input: source.columns(10..<37), output: target.columns(10..<37), following: convolution,
          scratch: KernelScratch())
      }
    }
    #expect(parts[240..<888] == whole[240..<888])
    #expect(parts[0..<240].allSatisfy { $0 == 0 } && parts[888...].allSatisfy { $0 == 0 })
  }
}
