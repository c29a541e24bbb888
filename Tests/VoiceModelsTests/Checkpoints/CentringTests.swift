import Testing
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels

@Suite("Centring as a part of the network")
struct CentringTests {
  @Test("Voiceprints of every network are less by just what was asked for", arguments: [
    "CAMPPlus", "EcapaTdnn", "TDNN", "Res2Net", "ResNetSE", "ERes2Net", "ERes2NetV2", "PANNS_CNN6",
  ], NetworkConfiguration.Generation.allCases)
  func everyNetwork(architecture: String, generation: NetworkConfiguration.Generation) throws {
    let network = SmallNetwork(
      NetworkConfiguration(architecture: architecture, generation: generation, inputSize: 80, embeddingSize: 12))
    let features = network.features(frames: 80)
    let before = try network.speaker().embed(features, frames: 80)
    let mean = (0..<12).map { Float($0) / 8 - 0.5 }
    let centred = try Checkpoint.centred(network.parameters, of: network.configuration, by: mean)
    let after = try SpeakerNetwork(configuration: network.configuration, parameters: centred)
      .embed(features, frames: 80)
    let scale = before.map(abs).max() ?? 0
    for index in mean.indices { #expect(abs(after[index] - (before[index] - mean[index])) < 1e-4 * (1 + scale)) }
  }

  @Test("Parameters of another network are refused")
  func mismatch() {
    let network = SmallNetwork()
    let other = ["a": StoredTensor(shape: [1], values: [0])]
    #expect(throws: NetworkError.self) {
      try Checkpoint.centred(other, of: network.configuration, by: [0, 0, 0, 0, 0, 0])
    }
  }
}
