import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition
import VoiceTensor

/// A small network of the real mvector with its values, gradients and running statistics.
struct NetworkGolden: Sendable, CustomTestStringConvertible {
  /// What golden/index.json says of a case.
  struct Facts: Decodable, Sendable {
    var upstream: String
    var cls: String
    var kwargs: [String: Argument]
    var worstNoise: Double
    /// By tensor: largest absolute and relative difference of PyTorch's float32 from its float64.
    var noise: [String: [Double]]
    /// Euclidean length of every parameter's gradient in training.
    var gradientLengths: [String: Double]

    enum CodingKeys: String, CodingKey {
      case upstream, cls, kwargs
      case worstNoise = "worst_f32_noise_rel"
      case noise = "f32_vs_f64_[maxabs,maxrel]"
      case gradientLengths = "grad_train_l2_all_params"
    }
  }

  /// A keyword argument as JSON has it.
  struct Argument: Decodable, Sendable {
    var value: ArchitectureArgument
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let truth = try? container.decode(Bool.self) {
        value = .number(truth ? 1 : 0)
      } else {
        value = try container.decode(ArchitectureArgument.self)
      }
    }
  }

  /// What one training step gives.
  struct Step {
    var embeddings: Tensor
    /// By parameter, and by the input under `x`.
    var gradients: [String: Tensor]
    var afterForward: [String: StoredTensor]
    var afterBackward: [String: StoredTensor]
  }

  /// The cases there are, by name.
  static let all: [NetworkGolden] = {
    guard let index = Golden.path("index.json"), let data = try? Data(contentsOf: URL(filePath: index)),
      let entries = try? JSONDecoder().decode([String: Entry].self, from: data)
    else { return [] }
    return entries.compactMap { name, entry in
      guard name.hasPrefix("models/"), let facts = entry.facts, let file = Golden.path(name) else { return nil }
      return NetworkGolden(name: String(name.dropFirst(7).dropLast(12)), file: file, facts: facts)
    }.sorted { $0.name < $1.name }
  }()

  /// An entry of the index; those that are no network are left out.
  private struct Entry: Decodable {
    var facts: Facts?
    init(from decoder: any Decoder) throws { facts = try? Facts(from: decoder) }
  }

  let name: String
  let file: String
  let facts: Facts
  var testDescription: String { name }

  /// The arguments; mvector 1.0's TDNN was made with fewer hidden channels than it lets a caller choose.
  func configuration(_ vectors: Vectors) throws -> NetworkConfiguration {
    var arguments = facts.kwargs.mapValues(\.value)
    arguments["embd_dim"] = nil
    if facts.cls == "TDNN", let hidden = vectors.parameters["td_layer1.weight"]?.shape.first, facts.isFirstGeneration {
      arguments["hidden_channels"] = .number(hidden)
    }
    return NetworkConfiguration(
      architecture: facts.cls, generation: facts.isFirstGeneration ? .v1_0 : .v1_1, inputSize: 80,
      embeddingSize: try vectors.tensor("w").shape[1], arguments: arguments)
  }

  func vectors() throws -> Vectors { try Vectors(file: Safetensors(contentsOf: URL(filePath: file))) }

  /// How far from mvector's float32 ours may be: several times as far as that is from float64, and never less than the
  /// rounding of a long sum.
  func tolerance(_ tensor: String) -> Float { Float(max(16 * (facts.noise[tensor]?.last ?? 0), 1e-5)) }
}

extension NetworkGolden.Facts {
  var isFirstGeneration: Bool { upstream.hasPrefix("1.0") }
}

/// The tensors of a case.
struct Vectors {
  let parameters: [String: StoredTensor]
  private let file: Safetensors

  init(file: Safetensors) {
    self.file = file
    parameters = Self.tensors(file, prefix: "sd.")
  }

  func tensor(_ name: String) throws -> Tensor { Tensor(try #require(file.tensors[name], "\(name)")) }
  func tensors(prefix: String) -> [String: StoredTensor] { Self.tensors(file, prefix: prefix) }

  /// scalar = Σ embeddings · w, forward and backward.
  func step(
    _ mode: TrainingExecution.Mode, _ configuration: NetworkConfiguration, parameters: [String: StoredTensor]? = nil
  ) throws -> NetworkGolden.Step {
    let network = try TrainableNetwork(configuration: configuration, parameters: parameters ?? self.parameters)
    let run = TrainingExecution(network.parameters, mode: mode)
    let x = run.tape.parameter(try tensor("x_train"))
    let embeddings = network.forward(x, run)
    let scalar = run.tape.sum(run.tape.multiply(embeddings, run.tape.constant(try tensor("w"))))
    let afterForward = network.parameters.stored
    let gradients = run.gradients(of: scalar)
    var byName = Dictionary(uniqueKeysWithValues: gradients.parameters.map { ($0.key.path, $0.value) })
    byName["x"] = gradients.others[x]
    return NetworkGolden.Step(
      embeddings: embeddings.value, gradients: byName, afterForward: afterForward,
      afterBackward: network.parameters.stored)
  }

  private static func tensors(_ file: Safetensors, prefix: String) -> [String: StoredTensor] {
    let chosen = file.tensors.filter { $0.key.hasPrefix(prefix) }
    return Dictionary(uniqueKeysWithValues: chosen.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }
}

/// Where golden vectors are: all of them beside the package, or the part that it carries.
enum Golden {
  static func path(_ name: String) -> String? {
    if let path = PackagePaths.shared("golden/\(name)") { return path }
    let own = "\(PackagePaths.root)/Tests/ParityTests/Goldens/\(name)"
    return FileManager.default.fileExists(atPath: own) ? own : nil
  }
}

/// The largest difference, relative to the largest expected value; infinite for other lengths and values not finite.
func relativeError(_ actual: [Float], _ expected: [Float]) -> Float {
  guard actual.count == expected.count, actual.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(0) { max($0, abs($1)) }
  return zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
