import Testing

@testable import VoiceTensor

@Suite("Convolutions in bfloat16", .enabled(if: KernelPrecision.bfloat16.isSupported, "no AVX-512 BF16 here"))
struct BFloat16Tests {
  static let geometries =
    PackedConvolutionTests.winogradGeometries + [
      PackedConvolutionTests.map(1, 16, kernel: (1, 1), size: (1, 1)),
      PackedConvolutionTests.map(7, 19, kernel: (3, 3), padding: (1, 1), size: (5, 12)),
      PackedConvolutionTests.map(33, 33, kernel: (1, 5), stride: (1, 2), padding: (0, 2), size: (1, 45)),
      PackedConvolutionTests.map(48, 70, kernel: (1, 1), stride: (2, 2), size: (9, 31)),
      PackedConvolutionTests.map(31, 64, kernel: (3, 3), stride: (2, 2), padding: (1, 1), size: (10, 29)),
      PackedConvolutionTests.map(16, 32, kernel: (3, 1), stride: (2, 1), dilation: (2, 1), size: (11, 17)),
      // Several chunks of a row, several of rows, and weights that are streamed.
      PackedConvolutionTests.map(512, 40, kernel: (1, 1), size: (1, 700)),
      PackedConvolutionTests.map(64, 32, kernel: (3, 3), padding: (1, 1), size: (60, 150)),
      PackedConvolutionTests.map(700, 800, kernel: (1, 1), size: (1, 40)),
    ]

  @Test("Direct sums are those of the rounded numbers", arguments: geometries)
  func direct(geometry: ConvolutionCase) {
    let error = geometry.roundedError(layouts: [.init(), .init(hasHalo: false), .init(gap: 3)])
    #expect(error < 2e-6)
  }

  @Test("Winograd rounds what it transforms", arguments: PackedConvolutionTests.winogradGeometries)
  func winograd(geometry: ConvolutionCase) {
    let error = geometry.roundedError(layouts: [.init(algorithm: .winograd), .init(gap: 1, algorithm: .winograd)])
    #expect(error < 1e-2)
  }

  @Test("Each fused step works on the sums", arguments: PackedConvolutionTests.Fused.allCases)
  func fused(step: PackedConvolutionTests.Fused) {
    for channels in [5, 35, 64] {
      var geometry = PackedConvolutionTests.map(6, channels, kernel: (3, 3), padding: (1, 1), size: (4, 17))
      step.apply(to: &geometry)
      #expect(geometry.roundedError(layouts: [.init(gap: 2)]) < 2e-6)
    }
  }

  @Test("A NaN stays one, and what float32 can hold is not lost")
  func extremes() {
    var geometry = PackedConvolutionTests.map(16, 16, kernel: (1, 1), size: (1, 3))
    geometry.input[17] = .nan
    geometry.weights = geometry.weights.map { $0 * 1e30 }
    let values = geometry.run(isa: .best, precision: .bfloat16)
    #expect(values[16..<32].allSatisfy(\.isNaN) && values[..<16].allSatisfy { $0.isFinite && abs($0) > 0 })
  }
}
