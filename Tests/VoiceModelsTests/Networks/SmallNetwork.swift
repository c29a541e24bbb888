import VoiceModels
import VoiceRecognition
import VoiceTensor

/// A network of few channels with reproducible parameters; a CAM++ unless it is told otherwise.
struct SmallNetwork: Sendable {
  let configuration: NetworkConfiguration
  let parameters: [String: StoredTensor]

  init(bins: Int = 16) {
    self.init(
      NetworkConfiguration(
        architecture: "CAMPPlus", inputSize: bins, embeddingSize: 6,
        arguments: ["init_channels": 8, "growth_rate": 2, "bn_size": 2]))
  }

  init(_ configuration: NetworkConfiguration) {
    self.configuration = configuration
    let shapes = (try? SpeakerNetwork.parameterShapes(configuration)) ?? [:]
    var random = RandomSource(seed: 11)
    var parameters: [String: StoredTensor] = [:]
    for (path, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let fanIn = Float(shape.dropFirst().reduce(1, *))
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        let u = random.uniform()
        return switch true {
        case path.hasSuffix("running_var"): 0.5 + u
        case path.hasSuffix("num_batches_tracked"): 3
        case shape.count > 1: (2 * u - 1) * (6 / fanIn).squareRoot()
        case path.hasSuffix("weight"): 0.75 + u / 2
        default: (u - 0.5) / 4
        }
      }
      parameters[path] = StoredTensor(shape: shape, values: values)
    }
    self.parameters = parameters
  }

  func speaker() throws -> SpeakerNetwork {
    try SpeakerNetwork(configuration: configuration, parameters: parameters)
  }

  /// Reproducible features `[frames, bins]`.
  func features(frames: Int) -> [Float] {
    var random = RandomSource(seed: UInt64(frames))
    return (0..<frames * configuration.inputSize).map { _ in 4 * random.uniform() - 2 }
  }
}
