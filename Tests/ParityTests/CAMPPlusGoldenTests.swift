import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition
import VoiceTensor

/// A small CAM++ of the real mvector 1.0.5, with its values, gradients and running statistics.
/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite(
  "CAM++ equals mvector's", .enabled(if: PackagePaths.shared(CAMPPlusGolden.path) != nil, "../shared is not at hand"))
struct CAMPPlusGoldenTests {
  private let golden: CAMPPlusGolden

  init() throws { golden = try CAMPPlusGolden() }

  @Test("The parameters are those of mvector's state_dict, key by key")
  func keys() throws {
    #expect(try SpeakerNetwork.parameterShapes(golden.configuration) == golden.parameters.mapValues(\.shape))
  }

  @Test("Inference gives mvector's voiceprints, with norms folded and weights packed")
  func inference() throws {
    let network = try SpeakerNetwork(configuration: golden.configuration, parameters: golden.parameters)
    for (input, output) in [("x", "emb_eval"), ("x_train", "emb_evalmode_xtrain")] {
      let (x, expected) = (try golden.tensor(input), try golden.tensor(output))
      let (frames, size) = (x.shape[1], x.shape[1] * x.shape[2])
      let embeddings = try (0..<x.shape[0]).flatMap { item in
        try network.embed(Array(x.values[item * size..<(item + 1) * size]), frames: frames)
      }
      #expect(golden.error(Tensor(shape: expected.shape, values: embeddings), output) < 1e-4)
    }
  }

  @Test("In evaluation, the tape gives mvector's voiceprints and gradients, and leaves the running statistics")
  func evaluation() throws {
    // One value before a ReLU (6.3 at most there) is within 1e-5 of zero, the noise of float32, and decides 8 % of a
    // gradient. It is pushed to the side where PyTorch finds it.
    var parameters = golden.parameters
    parameters["xvector.block3.tdnnd6.nonlinear2.batchnorm.bias"]?.values[1] -= 3e-5
    let step = try golden.step(.evaluation, parameters: parameters)
    #expect(golden.error(step.embeddings, "emb_evalmode_xtrain") < 1e-4)
    try expectGradients(step, prefix: "grad_eval.")
    #expect(step.afterForward == parameters)
    #expect(step.afterBackward == parameters)
  }

  @Test("In training, the tape gives mvector's voiceprints and gradients")
  func training() throws {
    let step = try golden.step(.training)
    #expect(golden.error(step.embeddings, "emb_train") < 1e-4)
    try expectGradients(step, prefix: "grad_train.")
  }

  @Test("Training moves the running statistics as mvector does: the recomputed ones again after the backward pass")
  func runningStatistics() throws {
    let step = try golden.step(.training)
    let forward = golden.tensors(prefix: "bn_after_fwd.")
    let backward = golden.tensors(prefix: "bn_after_bwd.")
    #expect(forward.count == 244)
    #expect(backward.count == 104)
    for (path, expected) in forward {
      #expect(relativeError(step.afterForward[path]!.values, expected.values) < 1e-4, "\(path) after the forward pass")
      let later = backward[path] ?? expected
      #expect(relativeError(step.afterBackward[path]!.values, later.values) < 1e-4, "\(path) after the step")
    }
  }

  @Test("Without memory_efficient the statistics move once")
  func noRecomputation() throws {
    var configuration = golden.configuration
    configuration.arguments["memory_efficient"] = 0
    let step = try golden.step(.training, configuration: configuration)
    #expect(step.afterBackward == step.afterForward)
  }

  private func expectGradients(_ step: CAMPPlusGolden.Step, prefix: String) throws {
    let expected = golden.tensors(prefix: prefix)
    #expect(expected.count == 4)
    for (path, gradient) in expected {
      let actual = try #require(step.gradients[path], "\(path)")
      // The worst noise of float32 that the golden vectors state is 5.3e-5.
      #expect(relativeError(actual.values, gradient.values) < 2e-4, "\(path)")
    }
  }
}

/// The golden vectors and how to run them.
struct CAMPPlusGolden {
  static let path = "golden/models/v105_CAMPPlus.safetensors"

  /// What one training step gives.
  struct Step {
    var embeddings: Tensor
    /// By parameter, and by the input under `x`.
    var gradients: [String: Tensor]
    var afterForward: [String: StoredTensor]
    var afterBackward: [String: StoredTensor]
  }

  let configuration = NetworkConfiguration(
    architecture: "CAMPPlus", inputSize: 80, embeddingSize: 24,
    arguments: ["init_channels": 8, "growth_rate": 2, "bn_size": 2])
  let parameters: [String: StoredTensor]
  private let file: Safetensors

  init() throws {
    file = try Safetensors(contentsOf: URL(filePath: try #require(PackagePaths.shared(Self.path))))
    // The generator's NumPy wrote scalars as arrays of one.
    parameters = Self.tensors(file, prefix: "sd.").mapValues { tensor in
      tensor.shape == [1] ? StoredTensor(shape: [], values: tensor.values) : tensor
    }
  }

  func tensor(_ name: String) throws -> Tensor { Tensor(try #require(file.tensors[name], "\(name)")) }

  func tensors(prefix: String) -> [String: StoredTensor] { Self.tensors(file, prefix: prefix) }

  /// The largest difference from a golden tensor, relative to its largest value.
  func error(_ actual: Tensor, _ name: String) -> Float {
    guard let expected = file.tensors[name], expected.shape == actual.shape else { return .infinity }
    return relativeError(actual.values, expected.values)
  }

  /// scalar = Σ embeddings · w, forward and backward.
  func step(
    _ mode: TrainingExecution.Mode, configuration: NetworkConfiguration? = nil,
    parameters: [String: StoredTensor]? = nil
  ) throws -> Step {
    let network = try TrainableNetwork(
      configuration: configuration ?? self.configuration, parameters: parameters ?? self.parameters)
    let run = TrainingExecution(network.parameters, mode: mode)
    let x = run.tape.parameter(try tensor("x_train"))
    let embeddings = network.forward(x, run)
    let scalar = run.tape.sum(run.tape.multiply(embeddings, run.tape.constant(try tensor("w"))))
    let afterForward = network.parameters.stored
    let gradients = run.gradients(of: scalar)
    var byName = Dictionary(uniqueKeysWithValues: gradients.parameters.map { ($0.key.path, $0.value) })
    byName["x"] = gradients.others[x]
    let afterBackward = network.parameters.stored
    return Step(
      embeddings: embeddings.value, gradients: byName, afterForward: afterForward, afterBackward: afterBackward)
  }

  private static func tensors(_ file: Safetensors, prefix: String) -> [String: StoredTensor] {
    let chosen = file.tensors.filter { $0.key.hasPrefix(prefix) }
    return Dictionary(uniqueKeysWithValues: chosen.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }
}

/// The largest difference, relative to the largest expected value; infinite for other lengths and values not finite.
func relativeError(_ actual: [Float], _ expected: [Float]) -> Float {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(0) { max($0, abs($1)) }
  return zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
