import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition

@Suite("Summaries of networks")
struct NetworkSummaryTests {
  private func summary(
    _ architecture: String, _ generation: NetworkConfiguration.Generation = .v1_0, bins: Int, embedding: Int = 192,
    _ arguments: [String: ArchitectureArgument] = [:], speakers: Int?
  ) throws -> NetworkSummary {
    let configuration = NetworkConfiguration(
      architecture: architecture, generation: generation, inputSize: bins, embeddingSize: embedding,
      arguments: arguments)
    let sizes = speakers.map { SpeakerClassifier.Sizes(inputs: embedding, speakers: $0) }
    return try NetworkSummary(configuration, frames: 98, classifier: sizes.map { (.cosine, $0) })
  }

  @Test("The seed's ECAPA-TDNN: 64 bins, 9,726 speakers, 98 frames")
  func seed() throws {
    let summary = try summary("EcapaTdnn", bins: 64, speakers: 9726)
    #expect(summary.parameters == 8_012_992)
    #expect((Double(summary.multiplyAdds) / 1e4).rounded() == 46_881)
  }

  @Test("What mvector's own log shows of a small one")
  func log() throws {
    let old = try summary("EcapaTdnn", bins: 80, embedding: 24, ["channels": 16], speakers: 4)
    #expect(old.parameters == 26_816 && (Double(old.multiplyAdds) / 1e4).rounded() == 226)
    #expect((Double(old.outputBytes) / 1e4).rounded() == 42 && (Double(old.inputBytes) / 1e4).rounded() == 3)
    let new = try summary(
      "EcapaTdnn", .v1_1, bins: 80, embedding: 24,
      ["channels": [16, 16, 16, 16, 48], "attention_channels": 16, "se_channels": 8], speakers: 4)
    // The log says 24,170: its first block, 6,448 values, is there twice.
    #expect(new.parameters == 24_170 - 6448)
  }

  @Test("Rows are the tree of the checkpoint's keys")
  func rows() throws {
    let rows = try summary("EcapaTdnn", bins: 80, embedding: 24, ["channels": 16], speakers: nil).rows
    #expect(rows.first?.name == "EcapaTdnn" && rows.first?.parameters == 26_720)
    let conv = try #require(rows.first { $0.type == "Conv1d" })
    #expect(conv.name == "conv" && conv.depth == 2 && conv.outputShape == [1, 16, 98] && conv.parameters == 6400)
    #expect(rows.filter { $0.depth == 1 }.map(\.name).prefix(4) == ["layer1", "layer2", "layer3", "layer4"])
    let linear = try #require(rows.last { $0.type == "Linear" })
    #expect(linear.name == "linear" && linear.outputShape == [1, 24])
    #expect(rows.filter { !$0.type.isEmpty }.reduce(0) { $0 + $1.parameters } == 26_720)
  }

  @Test("Layers of images are Conv2d, those of PANNs with time before frequency as in the published code")
  func images() throws {
    let residual = try summary("ResNetSE", bins: 80, ["num_filters": [4, 4, 4, 4]], speakers: nil).rows
    #expect(residual.first { $0.type == "Conv2d" }?.outputShape == [1, 4, 80, 98])
    let rows = try summary("PANNS_CNN6", bins: 64, speakers: nil).rows
    #expect(rows.first { $0.type == "Conv2d" }?.outputShape == [1, 64, 98, 64])
    #expect(rows.last { $0.type == "BatchNorm2d" }?.outputShape == [1, 512, 12, 8])
    #expect(rows.last { $0.type == "Linear" }?.outputShape == [1, 192])
  }

  @Test("Too few frames are refused")
  func tooFew() {
    let configuration = NetworkConfiguration(architecture: "TDNN", inputSize: 80, embeddingSize: 192)
    #expect(throws: NetworkError.self) { try NetworkSummary(configuration, frames: 14) }
  }
}
