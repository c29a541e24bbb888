import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition
import VoiceTensor

/// A network and what mvector counts in it.
struct CountedNetwork: Sendable, CustomTestStringConvertible {
  var configuration: NetworkConfiguration
  var learnt: Int
  var tensors: Int?
  var testDescription: String { "\(configuration.architecture) \(configuration.generation) \(configuration.arguments)" }

  init(
    _ architecture: String, _ learnt: Int, tensors: Int? = nil, _ arguments: [String: ArchitectureArgument] = [:],
    generation: NetworkConfiguration.Generation = .v1_0, bins: Int = 80
  ) {
    configuration = NetworkConfiguration(
      architecture: architecture, generation: generation, inputSize: bins, embeddingSize: 192, arguments: arguments)
    (self.learnt, self.tensors) = (learnt, tensors)
  }
}

@Suite("Networks of mvector's sizes")
struct NetworkCatalogueTests {
  static let large: [String: ArchitectureArgument] = [
    "m_channels": 64, "mul_channel": 2, "expansion": 4, "base_width": 24, "scale": 3,
  ]

  @Test(
    "Learnt values and tensors are as many as mvector's",
    arguments: [
      CountedNetwork("CAMPPlus", 6_848_544, tensors: 937),
      CountedNetwork("EcapaTdnn", 6_186_560, tensors: 198),
      CountedNetwork("EcapaTdnn", 5_888_576, tensors: 198, ["pooling_type": "SAP"]),
      CountedNetwork("EcapaTdnn", 5_791_680, tensors: 194, ["pooling_type": "TSP"]),
      CountedNetwork("EcapaTdnn", 5_493_696, tensors: 194, ["pooling_type": "TAP"]),
      CountedNetwork("EcapaTdnn", 6_194_048, tensors: 231, generation: .v1_1),
      CountedNetwork("EcapaTdnn", 5_502_592, ["pooling_type": "SAP"], generation: .v1_1),
      CountedNetwork("EcapaTdnn", 5_405_696, ["pooling_type": "TSP"], generation: .v1_1),
      CountedNetwork("EcapaTdnn", 5_107_712, ["pooling_type": "TAP"], generation: .v1_1),
      CountedNetwork("TDNN", 2_639_552, tensors: 46),
      CountedNetwork("TDNN", 2_540_224, ["pooling_type": "SAP"]),
      CountedNetwork("TDNN", 2_507_840, ["pooling_type": "TSP"]),
      CountedNetwork("TDNN", 2_408_512, ["pooling_type": "TAP"]),
      CountedNetwork("TDNN", 2_770_880, tensors: 51, generation: .v1_1),
      CountedNetwork("Res2Net", 5_087_296, tensors: 334),
      CountedNetwork("Res2Net", 4_689_984, ["pooling_type": "SAP"]),
      CountedNetwork("Res2Net", 4_560_832, ["pooling_type": "TSP"]),
      CountedNetwork("Res2Net", 4_163_520, ["pooling_type": "TAP"]),
      CountedNetwork("Res2Net", 5_611_840, tensors: 339, generation: .v1_1),
      CountedNetwork("ResNetSE", 7_812_920, tensors: 398),
      CountedNetwork("ResNetSE", 6_819_640, ["pooling_type": "SAP"]),
      CountedNetwork("ResNetSE", 6_496_952, ["pooling_type": "TSP"]),
      CountedNetwork("ResNetSE", 5_503_672, ["pooling_type": "TAP"]),
      CountedNetwork("ResNetSE", 9_123_896, tensors: 403, generation: .v1_1),
      CountedNetwork("ERes2Net", 6_610_688, tensors: 587),
      CountedNetwork("ERes2Net", 55_165_024, large),
      CountedNetwork("ERes2NetV2", 5_458_202, tensors: 557),
      // The published counts with a linear layer of 192 values in place of the 527 classes.
      CountedNetwork("PANNS_CNN6", 4_837_455 - 513 * 527 + 513 * 192, bins: 64),
      CountedNetwork("PANNS_CNN10", 5_219_279 - 513 * 527 + 513 * 192, bins: 64),
      CountedNetwork("PANNS_CNN14", 80_753_615 - 2049 * 527 + 2049 * 192, bins: 64),
    ])
  func counts(_ network: CountedNetwork) throws {
    let shapes = try SpeakerNetwork.parameterShapes(network.configuration)
    let learnt = shapes.filter { path, _ in
      !["running_mean", "running_var", "num_batches_tracked"].contains { path.hasSuffix($0) }
    }
    #expect(learnt.values.reduce(0) { $0 + $1.reduce(1, *) } == network.learnt)
    if let tensors = network.tensors { #expect(shapes.count == tensors) }
  }

  /// Few channels, every form.
  static let small: [NetworkConfiguration] = [
    ("EcapaTdnn", .v1_0, 23, ["channels": 16]), ("EcapaTdnn", .v1_0, 23, ["channels": 16, "pooling_type": "SAP"]),
    ("EcapaTdnn", .v1_1, 23, ["channels": [16, 16, 16, 16, 24], "se_channels": 4, "attention_channels": 6]),
    ("TDNN", .v1_0, 20, ["hidden_channels": 12, "channels": 9, "pooling_type": "TSP"]),
    ("TDNN", .v1_1, 20, ["channels": 10, "pooling_type": "TAP"]),
    ("Res2Net", .v1_0, 40, ["m_channels": 4, "layers": [1, 2, 1, 1]]),
    ("Res2Net", .v1_1, 64, ["m_channels": 2, "layers": [1, 1, 2, 1], "pooling_type": "TSP"]),
    ("ResNetSE", .v1_0, 24, ["num_filters": [4, 4, 8, 8], "layers": [1, 2, 1, 1], "pooling_type": "TSP"]),
    ("ResNetSE", .v1_1, 16, ["num_filters": [4, 8, 8, 8], "layers": [1, 1, 1, 1]]),
    ("ERes2Net", .v1_0, 16, ["m_channels": 4, "num_blocks": [1, 1, 2, 1]]),
    ("ERes2Net", .v1_1, 24, ["m_channels": 4, "num_blocks": [1, 1, 1, 1], "scale": 4, "two_emb_layer": 1]),
    ("ERes2NetV2", .v1_0, 16, ["m_channels": 4, "num_blocks": [1, 1, 1, 1]]),
    ("PANNS_CNN6", .v1_0, 19, [:]),
  ].map(form)

  private static func form(
    _ architecture: String, _ generation: NetworkConfiguration.Generation, _ bins: Int,
    _ arguments: [String: ArchitectureArgument]
  ) -> NetworkConfiguration {
    NetworkConfiguration(
      architecture: architecture, generation: generation, inputSize: bins, embeddingSize: 7, arguments: arguments)
  }

  @Test("Packed, each form gives what the tape gives, from its fewest frames on", arguments: small)
  func equalsTape(_ configuration: NetworkConfiguration) throws {
    let small = SmallNetwork(configuration)
    let speaker = try small.speaker()
    let fewest = speaker.minimumFrames
    for frames in [fewest, fewest + 1, fewest + 60, 131] {
      let features = small.features(frames: frames)
      let trainable = try TrainableNetwork(configuration: configuration, parameters: small.parameters)
      let run = TrainingExecution(trainable.parameters, mode: .evaluation)
      let x = run.tape.constant(Tensor(shape: [1, frames, configuration.inputSize], values: features))
      let expected = trainable.forward(x, run).value.values
      let embedding = try speaker.embed(features, frames: frames)
      let scale = expected.reduce(0) { max($0, abs($1)) }
      #expect(embedding.count == 7 && scale > 0)
      for (actual, expected) in zip(embedding, expected) { #expect(abs(actual - expected) < 1e-4 * scale) }
    }
    let few = small.features(frames: fewest - 1)
    let error = #expect(throws: NetworkError.self) { try speaker.embed(few, frames: fewest - 1) }
    #expect(error?.message.contains("needs at least \(fewest)") == true)
  }

  @Test("The bins that mvector's layers fit are accepted, all others refused", arguments: [
    ("CAMPPlus", [1, 23, 80, 201, 257], []), ("EcapaTdnn", [1, 23, 80, 201, 257], []), ("TDNN", [1, 23, 80, 201], []),
    ("Res2Net", [40, 64, 80], [23, 96, 128, 201, 257]), ("ResNetSE", [8, 40, 64, 80, 96, 128], [23, 201, 257]),
    ("ERes2Net", [8, 40, 64, 80, 96, 128], [23, 201, 257]), ("ERes2NetV2", [8, 64, 80, 96, 128], [23, 201, 257]),
    ("PANNS_CNN6", [16, 23, 64, 80, 257], [1, 15]), ("PANNS_CNN10", [16, 64, 80], [15]),
    ("PANNS_CNN14", [32, 64, 80], [16, 31]),
  ])
  func bins(_ architecture: String, _ possible: [Int], _ impossible: [Int]) throws {
    func build(_ bins: Int) throws {
      _ = try SpeakerNetwork.parameterShapes(
        NetworkConfiguration(architecture: architecture, inputSize: bins, embeddingSize: 8))
    }
    for bins in possible { try build(bins) }
    for bins in impossible {
      let error = #expect(throws: NetworkError.self, "\(bins)") { try build(bins) }
      #expect(error?.code == .badConfiguration && error?.message.contains("\(bins) bins") == true)
    }
  }

  @Test("The fewest frames are mvector's", arguments: [
    ("CAMPPlus", .v1_0, ["growth_rate": 2, "init_channels": 8], 3), ("EcapaTdnn", .v1_0, ["channels": 8], 1),
    ("EcapaTdnn", .v1_1, ["channels": [8, 8, 8, 8, 8]], 5),
    ("TDNN", .v1_0, ["hidden_channels": 8], 15), ("TDNN", .v1_0, ["hidden_channels": 8, "pooling_type": "TSP"], 16),
    ("Res2Net", .v1_0, ["m_channels": 2], 5), ("Res2Net", .v1_1, ["m_channels": 2, "pooling_type": "TSP"], 53),
    ("ResNetSE", .v1_0, ["num_filters": [4, 4, 4, 4]], 1), ("ERes2Net", .v1_0, ["m_channels": 4], 9),
    ("ERes2NetV2", .v1_0, ["m_channels": 4], 9), ("PANNS_CNN6", .v1_0, [:], 16),
  ] as [(String, NetworkConfiguration.Generation, [String: ArchitectureArgument], Int)])
  func frames(
    _ architecture: String, _ generation: NetworkConfiguration.Generation, _ arguments: [String: ArchitectureArgument],
    _ fewest: Int
  ) throws {
    let configuration = NetworkConfiguration(
      architecture: architecture, generation: generation, inputSize: 80, embeddingSize: 4, arguments: arguments)
    #expect(try SmallNetwork(configuration).speaker().minimumFrames == fewest)
  }

  @Test("A pair that cannot be built names what can be", arguments: [
    ("EcapaTdnn", 80, ["pooling_type": "TSTP"], "one of: ASP, SAP, TSP, TAP"),
    ("ERes2Net", 80, ["pooling_type": "ASP"], "one of: TSTP"),
    ("ERes2NetV2", 80, ["pooling_type": "TAP"], "one of: TSTP"),
    ("CAMPPlus", 80, ["pooling_type": "ASP"], "no argument pooling_type"),
    ("Res2Net", 96, [:], "possible with base_width 32: "), ("Res2Net", 23, [:], "64…95"),
    ("ResNetSE", 81, [:], "no multiple of 8"), ("ERes2Net", 20, [:], "no multiple of 8"),
    ("EcapaTdnn", 80, ["channels": 20], "no multiple of 8"), ("EcapaTdnn", 80, ["channels": [8, 8]], "[8, 8]"),
    ("ERes2Net", 80, ["expansion": 4], "twice as much"), ("ERes2NetV2", 80, ["expansion": 4], "needs 2"),
    ("PANNS_CNN14", 31, [:], "at least 32"), ("ResNetSE", 80, ["layers": [1, 2]], "a list of 4 sizes"),
    ("ResNetSE", 80, ["num_filters": [2, 4, 4, 4]], "at least 4"), ("TDNN", 80, ["scale": 2], "no argument scale"),
  ] as [(String, Int, [String: ArchitectureArgument], String)])
  func impossible(
    _ architecture: String, _ bins: Int, _ arguments: [String: ArchitectureArgument], _ part: String
  ) {
    let configuration = NetworkConfiguration(
      architecture: architecture, inputSize: bins, embeddingSize: 192, arguments: arguments)
    let error = #expect(throws: NetworkError.self) { try SpeakerNetwork.parameterShapes(configuration) }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }
}
