import Testing
import VoiceModels
import VoiceNN
import VoiceRecognition
import VoiceTensor

/// PANNs against a definition of their own in PyTorch, in float64: Tests/References/panns.py printed what is expected.
@Suite("PANNs equal their definition in PyTorch")
struct PANNsReferenceTests {
  /// What the definition gives.
  struct Reference: Sendable, CustomTestStringConvertible {
    var architecture: String
    var embeddings: [Float]
    /// By parameter, and by the input under `x`: the first three values, and the Euclidean length of all.
    var gradients: [String: [Float]]
    var testDescription: String { architecture }
  }

  private static let (bins, frames, batch, size) = (35, 41, 2, 6)

  @Test("Packed and on the tape, voiceprints agree within 2e-5", arguments: references)
  func voiceprints(_ reference: Reference) throws {
    let parameters = try Self.parameters(reference)
    let speaker = try SpeakerNetwork(configuration: Self.configuration(reference), parameters: parameters)
    let (x, length) = (Self.input.values, Self.frames * Self.bins)
    var embeddings: [Float] = []
    for item in 0..<Self.batch {
      embeddings += try speaker.embed(Array(x[item * length..<(item + 1) * length]), frames: Self.frames)
    }
    #expect(relativeError(embeddings, reference.embeddings) < 2e-5)

    let network = try TrainableNetwork(configuration: Self.configuration(reference), parameters: parameters)
    let run = TrainingExecution(network.parameters, mode: .evaluation)
    let taped = network.forward(run.tape.constant(Self.input), run).value.values
    #expect(relativeError(taped, reference.embeddings) < 2e-5)
  }

  @Test("Gradients agree within 1e-4", arguments: references.filter { !$0.gradients.isEmpty })
  func gradients(_ reference: Reference) throws {
    let network = try TrainableNetwork(
      configuration: Self.configuration(reference), parameters: Self.parameters(reference))
    let run = TrainingExecution(network.parameters, mode: .evaluation)
    let x = run.tape.parameter(Self.input)
    let w = Tensor(
      shape: [Self.batch, Self.size], values: FormulaTensor.noise("w", count: Self.batch * Self.size))
    let scalar = run.tape.sum(run.tape.multiply(network.forward(x, run), run.tape.constant(w)))
    let gradients = run.gradients(of: scalar)
    var values = Dictionary(uniqueKeysWithValues: gradients.parameters.map { ($0.key.path, $0.value.values) })
    values["x"] = gradients.others[x]?.values
    for (path, expected) in reference.gradients {
      let gradient = try #require(values[path], "\(path)")
      let length = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(relativeError(Array(gradient.prefix(3)), Array(expected.prefix(3))) < 1e-4, "\(path)")
      #expect(relativeError([Float(length)], Array(expected.suffix(1))) < 1e-5, "\(path)")
    }
  }

  @Test("In training, dropout makes each step another, and the same seed the same")
  func dropout() throws {
    let reference = try #require(Self.references.first)
    let parameters = try Self.parameters(reference)
    let steps = try [1, 2, 1].map { (seed: UInt64) in
      let network = try TrainableNetwork(configuration: Self.configuration(reference), parameters: parameters)
      let run = TrainingExecution(network.parameters, mode: .training, seed: seed)
      return network.forward(run.tape.constant(Self.input), run).value.values
    }
    #expect(steps[0] == steps[2])
    #expect(steps[0] != steps[1])
  }

  private static var input: Tensor {
    let noise = FormulaTensor.noise("x", count: batch * frames * bins)
    return Tensor(shape: [batch, frames, bins], values: noise.map { 2 * $0 })
  }

  private static func configuration(_ reference: Reference) -> NetworkConfiguration {
    NetworkConfiguration(architecture: reference.architecture, inputSize: bins, embeddingSize: size)
  }

  private static func parameters(_ reference: Reference) throws -> [String: StoredTensor] {
    let shapes = try SpeakerNetwork.parameterShapes(configuration(reference))
    return Dictionary(
      uniqueKeysWithValues: shapes.filter { !$0.key.hasSuffix("num_batches_tracked") }.map {
        ($0.key, FormulaTensor.parameter($0.key, $0.value))
      })
  }
}

extension PANNsReferenceTests {
  /// The gradients of CNN14, whose blocks are those of CNN10, would take gigabytes.
  static let references = [
    Reference(
      architecture: "PANNS_CNN6",
      embeddings: [
        -0.4285183, -2.53198464, 0.108390011, -1.19346021, 0.732456149, -0.0230704602,
        -0.40591743, -2.46052792, 0.156056489, -1.13149886, 0.70931445, -0.0774187883,
      ],
      gradients: [
        "x": [-0.00149550088, -0.00369926471, 0.00140786446, 0.206620008],
        "bn0.weight": [0.0309332499, 0.0232265117, 0.0405864186, 0.413370192],
        "conv_block1.conv1.weight": [-0.0248264913, -5.08641326e-05, 0.00304834979, 1.6083036],
        "conv_block2.conv1.weight": [-0.296589052, -0.298623052, -0.309302166, 53.9041307],
        "fc1.bias": [-0.0464609861, 0, -0.43694222, 2.76567722],
      ]),
    Reference(
      architecture: "PANNS_CNN10",
      embeddings: [
        -5.1149549, -3.09950277, 1.11354923, -1.05483641, -2.88753671, 1.85607165,
        -4.92040614, -2.98173918, 0.95592442, -0.755188423, -2.83829867, 1.66110735,
      ],
      gradients: [
        "x": [0.000429123659, -0.000368808446, -0.00415621865, 0.541436808],
        "bn0.weight": [-0.142432204, -0.125059255, -0.375028205, 1.50335379],
        "conv_block1.conv1.weight": [0.0810930186, -0.086007469, -0.089726932, 2.6743852],
        "conv_block2.conv1.weight": [0.00136971397, 0.00593922593, 0.00602881639, 77.1462788],
        "fc1.bias": [0, 0, -0.43694222, 2.82899137],
      ]),
    Reference(
      architecture: "PANNS_CNN14",
      embeddings: [
        -0.298434768, 0.0204541108, -0.132103169, -0.34118615, 0.330683068, -0.00744885489,
        -0.290485235, 0.0127821306, -0.131796934, -0.320995185, 0.322091662, -0.00094564212,
      ],
      gradients: [:]),
  ]
}
