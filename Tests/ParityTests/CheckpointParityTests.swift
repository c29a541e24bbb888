import FoundationEssentials
import TestSupport
import Testing
import VoiceAudio
import VoiceConfiguration
import VoiceModels
import VoiceRecognition
import VoiceTensor

/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite("Checkpoints that PyTorch wrote")
struct CheckpointParityTests {
  private func load(_ path: String) throws -> Checkpoint {
    try Checkpoint.load(URL(filePath: try #require(PackagePaths.shared(path))))
  }

  @Test(
    "The published CAM++ is read whole: 937 tensors, 6,848,544 trained values, the sums that NumPy gives",
    .enabled(if: PackagePaths.shared("models/campplus_cn_en_common.pt") != nil, "../shared/models is not at hand"))
  func published() throws {
    let checkpoint = try load("models/campplus_cn_en_common.pt")
    #expect(checkpoint.parameters.count == 937)
    #expect(checkpoint.classifier.isEmpty)
    let trained = checkpoint.parameters.filter { name, _ in
      !name.hasSuffix("running_mean") && !name.hasSuffix("running_var") && !name.hasSuffix("num_batches_tracked")
    }
    #expect(trained.values.reduce(0) { $0 + $1.values.count } == 6_848_544)
    let sum = trained.values.reduce(0) { $0 + $1.values.reduce(0.0) { $0 + Double($1) } }
    let squares = trained.values.reduce(0) { $0 + $1.values.reduce(0.0) { $0 + Double($1) * Double($1) } }
    #expect(abs(sum - 15287.666341) < 1e-3)
    #expect(abs(squares - 166042.726501) < 1e-3)
    let dense = try #require(checkpoint.parameters["xvector.dense.linear.weight"])
    #expect(dense.shape == [192, 1024, 1])
    #expect(dense.values[0] == -0x1.d253acp-4)
    #expect(dense.values.last == -0x1.b79d38p-7)
  }

  @Test(
    "mvector's training checkpoints of both versions are read, and are the networks of their own configurations",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"),
    arguments: [("105", 198), ("111", 231)])
  func trained(version: String, tensors: Int) throws {
    let checkpoint = try load("golden/checkpoint_\(version)_EcapaTdnn_Fbank/last_model/model.pth")
    #expect(checkpoint.parameters.count == tensors)
    #expect(checkpoint.classifier["weight"]?.shape == [4, 24])
    #expect(checkpoint.parameters.values.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    let network = try network("golden/checkpoint_\(version)_EcapaTdnn_Fbank", "last_model/model.pth")
    let noise = FormulaTensor.noise("x", count: 50 * 80)
    let embedding = try network.embed(noise, frames: 50)
    #expect(embedding.count == 24 && embedding.allSatisfy(\.isFinite) && Set(embedding).count > 1)
  }

  @Test(
    "An optimiser's file is no state_dict and says so",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"))
  func optimiser() {
    let error = #expect(throws: CheckpointError.self) {
      try load("golden/checkpoint_105_EcapaTdnn_Fbank/last_model/optimizer.pth")
    }
    #expect(error?.message.contains("'state' is a dict, not a tensor") == true, "\(error?.message ?? "")")
  }

  @Test(
    "A checkpoint that mvector trained gives its embeddings, built from mvector's own configuration",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"))
  func embeddings() throws {
    let folder = "golden/checkpoint_105_EcapaTdnn_Fbank"
    let network = try network(folder, "last_model/model.pth")
    let file = try Safetensors(
      contentsOf: URL(filePath: try #require(PackagePaths.shared("\(folder)/expected.safetensors"))))
    let (x, expected) = (try #require(file.tensors["x"]), try #require(file.tensors["emb_eval"]))
    let size = x.shape[1] * x.shape[2]
    let embeddings = try (0..<x.shape[0]).flatMap { item in
      try network.embed(Array(x.values[item * size..<(item + 1) * size]), frames: x.shape[1])
    }
    #expect(relativeError(embeddings, expected.values) < 1e-5)
  }

  @Test(
    "From a waveform to the embedding as mvector's predictor does, and the contrast of two",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"),
    arguments: [("synth", ["synth0", "synth1"]), ("real", ["a_1", "long_10s"])])
  func predictor(kind: String, names: [String]) throws {
    let network = try network("golden/predictor", "model.pth")
    let arguments = ["sample_frequency": "16000", "num_mel_bins": "80"]
    let extractor = try FeatureExtractor(FrontEndConfiguration(featureMethod: "Fbank", methodArguments: arguments))
    let path = try #require(PackagePaths.shared("golden/predictor/predictor_\(kind).safetensors"))
    let file = try Safetensors(contentsOf: URL(filePath: path))
    let embeddings = try names.map { name in
      let samples = try #require(file.tensors["wav.\(name).int16"]).values.map { $0 / 32768 }
      let features = try extractor.extract(samples: samples, sampleRate: 16_000).features
      let embedding = try network.embed(features.values, frames: features.frames)
      #expect(relativeError(embedding, try #require(file.tensors["emb.\(name)"]).values) < 1e-3, "\(name)")
      return embedding
    }
    let epoch = try EpochName("Test-1")
    let contrast = try Voiceprint(values: embeddings[0], epoch: epoch)
      .cosine(to: Voiceprint(values: embeddings[1], epoch: epoch))
    #expect(abs(Float(contrast) - (try #require(file.tensors["contrast"]).values[0])) < 1e-3)
  }

  /// The network of a folder's config.yml with the weights of a file in it.
  private func network(_ folder: String, _ weights: String) throws -> SpeakerNetwork {
    let file = try #require(PackagePaths.shared("\(folder)/config.yml"))
    let experiment = try ExperimentConfiguration.load(file: file)
    return try SpeakerNetwork(
      configuration: NetworkConfiguration(experiment.model, inputSize: 80),
      parameters: try load("\(folder)/\(weights)").parameters)
  }
}
