import Testing
import VoiceConfiguration
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels

@Suite("Probes and what networks are made of")
struct ProbeTests {
  @Test("Probe features are the same everywhere and look like features: mean 0, spread 1")
  func noise() {
    let values = ProbeSet.noise(count: 16_000, seed: 1)
    #expect(values == ProbeSet.noise(count: 16_000, seed: 1))
    #expect(values != ProbeSet.noise(count: 16_000, seed: 2))
    let mean = values.reduce(0) { $0 + Double($1) } / 16_000
    let variance = values.reduce(0) { $0 + Double($1) * Double($1) } / 16_000
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.05)
    let finite = values.allSatisfy { $0.isFinite }
    #expect(finite)
  }

  @Test("A difference is measured relative to the largest value; a NaN is never near enough")
  func difference() {
    let expected: [Float] = [1, -4, 0]
    let tolerance = EpochManifest.ProbeTolerance()
    #expect(ProbeDifference(expected, expected).isWithin(tolerance))
    #expect(ProbeDifference([1.0001, -4, 0.0001], expected).isWithin(tolerance))
    #expect(abs(ProbeDifference([1, -4, 0.04], expected).relativeError - 0.01) < 1e-6)
    for wrong in [[1, -4, 0.02], [-1, 4, 0], [0, 0, 0], [.nan, -4, 0], [1, -4, .nan]] as [[Float]] {
      #expect(!ProbeDifference(wrong, expected).isWithin(tolerance), "\(wrong)")
    }
  }

  @Test("CAM++ is known by its keys, its sizes by their shapes")
  func recognition() throws {
    func known(_ configuration: NetworkConfiguration) throws -> NetworkConfiguration? {
      let shapes = try SpeakerNetwork.parameterShapes(configuration)
      return NetworkConfiguration(
        recognising: shapes.mapValues { shape in
          StoredTensor(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        })
    }
    let standard = NetworkConfiguration(architecture: "CAMPPlus", inputSize: 80, embeddingSize: 192)
    #expect(try known(standard) == standard)
    let wide = NetworkConfiguration(architecture: "CAMPPlus", inputSize: 64, embeddingSize: 512)
    #expect(try known(wide) == wide)
    #expect(NetworkConfiguration(recognising: ["conv.weight": StoredTensor(shape: [1], values: [0])]) == nil)
  }

  @Test("An experiment's arguments become the network's; mvector's default sizes stand in")
  func experiments() throws {
    func configuration(_ text: String) throws -> NetworkConfiguration {
      try NetworkConfiguration(ExperimentConfiguration.parse(text, file: "x").model, inputSize: 80)
    }
    let given = try configuration("use_model: CAMPPlus\nmodel_conf: {backbone: {embd_dim: 192, memory_efficient: no}}")
    #expect(given.embeddingSize == 192)
    #expect(given.arguments == ["memory_efficient": 0])
    #expect(try configuration("use_model: CAMPPlus").embeddingSize == 512)
    #expect(try configuration("use_model: TDNN").embeddingSize == 192)
    #expect(given.generation == .v1_0)
    let newer = try configuration("model_conf: {model: TDNN, model_args: {channels: [8, 16], pooling_type: TAP}}")
    #expect(newer.generation == .v1_1)
    #expect(newer.arguments == ["channels": [8, 16], "pooling_type": "TAP"])
    let error = #expect(throws: NetworkError.self) {
      try configuration("use_model: CAMPPlus\nmodel_conf: {backbone: {growth_rate: 2.5}}")
    }
    #expect(error?.message.hasPrefix("argument growth_rate of CAMPPlus is 2.5, no whole number") == true)
  }
}
