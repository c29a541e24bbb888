import Testing

@testable import VoiceTensor

@Suite("Convolutions in half precision", .enabled(if: KernelPrecision.float16.isSupported, "no AVX-512 FP16 here"))
struct Float16Tests {
  @Test("Direct sums are those of the rounded numbers up to short sums' rounding", arguments: BFloat16Tests.geometries)
  func direct(geometry: ConvolutionCase) {
    let error = geometry.roundedError(.float16, layouts: [.init(), .init(hasHalo: false), .init(gap: 3)])
    #expect(error < 2e-3)
  }

  @Test("Winograd rounds what it transforms", arguments: PackedConvolutionTests.winogradGeometries)
  func winograd(geometry: ConvolutionCase) {
    let error = geometry.roundedError(
      .float16, layouts: [.init(algorithm: .winograd), .init(gap: 1, algorithm: .winograd)])
    #expect(error < 5e-3)
  }

  @Test("Each fused step works on the sums", arguments: PackedConvolutionTests.Fused.allCases)
  func fused(step: PackedConvolutionTests.Fused) {
    // Fewer steps than a short sum has, just as many, and more.
    for inputs in [6, 256, 300] {
      for channels in [5, 35, 64] {
        var geometry = PackedConvolutionTests.map(inputs, channels, kernel: (1, 1), size: (4, 17))
        step.apply(to: &geometry)
        #expect(geometry.roundedError(.float16, layouts: [.init(gap: 2)]) < 2e-3, "\(inputs) → \(channels)")
      }
    }
  }

  @Test("A sum that half precision cannot hold is right, as none of its parts is too large")
  func longSums() {
    var geometry = PackedConvolutionTests.map(700, 40, kernel: (1, 3), padding: (0, 1), size: (1, 30))
    geometry.input = geometry.input.map { 12 + $0 }
    geometry.weights = geometry.weights.map { 12 + $0 }
    #expect(geometry.expected().values.allSatisfy { $0 > 65_504 })
    #expect(geometry.roundedError(.float16, layouts: [.init()]) < 2e-3)
  }

  @Test("A NaN stays one, and what half precision cannot hold becomes infinite, never a wrong number")
  func extremes() {
    var geometry = PackedConvolutionTests.map(16, 16, kernel: (1, 1), size: (1, 3))
    geometry.input[17] = .nan
    geometry.input[32] = 1e6
    let values = geometry.run(isa: .best, precision: .float16)
    #expect(values[16..<32].allSatisfy(\.isNaN) && values[..<16].allSatisfy(\.isFinite))
    #expect(values[32...].allSatisfy { !$0.isFinite })
  }
}
