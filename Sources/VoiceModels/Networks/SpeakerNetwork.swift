internal import VoiceNN
package import VoiceTensor

/// A network ready for inference: immutable, batch norms folded, weights packed.
///
/// Any number of threads may use it at once; a voiceprint does not depend on what else runs.
package final class SpeakerNetwork: Sendable {
  /// What it was built from.
  package let configuration: NetworkConfiguration
  /// What its convolutions multiply.
  package let precision: KernelPrecision
  private let backbone: any Backbone
  private let packed: PackedNetwork
  private let workspaces = WorkspacePool()

  /// Builds and packs a network, which then multiplies numbers of that precision, where this machine can.
  ///
  /// Throws ``NetworkError``: `badConfiguration`, or `badParameters` with every missing, extra and misshapen key.
  package convenience init(
    configuration: NetworkConfiguration, parameters: [String: StoredTensor], precision: KernelPrecision = .float32
  ) throws {
    let (backbone, registry) = try NetworkCatalogue.build(configuration)
    let store = try ParameterStore(parameters, of: configuration, registry)
    self.init(
      configuration: configuration, backbone: backbone, registry: registry, store: store, precision: precision)
  }

  /// Packs a network that was built.
  init(
    configuration: NetworkConfiguration, backbone: any Backbone, registry: LayerRegistry, store: ParameterStore,
    precision: KernelPrecision = .float32
  ) {
    self.configuration = configuration
    self.backbone = backbone
    self.precision = precision
    packed = PackedNetwork(registry, store, precision: precision)
  }

  /// Length of a voiceprint.
  package var embeddingSize: Int { configuration.embeddingSize }

  /// Bins of a feature frame.
  package var inputSize: Int { configuration.inputSize }

  /// Bytes of the packed weights.
  package var memoryBytes: Int { packed.memoryBytes }

  /// The fewest frames that give a voiceprint.
  package var minimumFrames: Int { backbone.minimumFrames }

  /// The voiceprint `[embeddingSize]` of one utterance, not normalised, on the calling thread; features
  /// `[frames, inputSize]`, row-major.
  ///
  /// Throws ``NetworkError`` `badFeatures`: too few frames, a wrong count of values, NaN or infinity.
  package func embed(_ features: [Float], frames: Int) throws -> [Float] {
    try check(features, frames: frames)
    let embedding = workspaces.withWorkspace { workspace in
      withFlushedDenormals {
        let run = InferenceExecution(packed, workspace)
        return run.values(backbone.forward(run.input(features, frames: frames), run))
      }
    }
    guard embedding.allSatisfy(\.isFinite) else {
      let limit = precision == .float32 ? "" : " in \(precision)"
      throw NetworkError(.badFeatures, "features: values so large that the voiceprint is not finite\(limit)")
    }
    return embedding
  }

  private func check(_ features: [Float], frames: Int) throws {
    guard frames >= minimumFrames else {
      throw NetworkError(
        .badFeatures, "features: \(frames) frames, \(configuration.architecture) needs at least \(minimumFrames)")
    }
    let (count, overflow) = frames.multipliedReportingOverflow(by: inputSize)
    guard !overflow, features.count == count else {
      throw NetworkError(
        .badFeatures, "features: \(features.count) values, not \(frames) frames of \(inputSize) bins")
    }
    if let index = features.firstIndex(where: { !$0.isFinite }) {
      throw NetworkError(
        .badFeatures, "features: \(features[index]) in frame \(index / inputSize), bin \(index % inputSize)")
    }
  }

  /// The parameters of a network, by `state_dict` key; a checkpoint may lack those named `num_batches_tracked`.
  ///
  /// Throws ``NetworkError`` `badConfiguration`.
  package static func parameterShapes(_ configuration: NetworkConfiguration) throws -> [String: [Int]] {
    let parameters = try NetworkCatalogue.build(configuration).registry.parameters
    return Dictionary(uniqueKeysWithValues: parameters.map { ($0.path, $0.shape) })
  }

  /// The paths of the parameters that training changes.
  ///
  /// Throws ``NetworkError`` `badConfiguration`.
  package static func trainedPaths(_ configuration: NetworkConfiguration) throws -> [String] {
    try NetworkCatalogue.build(configuration).registry.parameters.filter { $0.role == .weight }.map(\.path)
  }

  /// The names that a configuration may have.
  package static var architectures: [String] { NetworkCatalogue.builders.keys.sorted() }
}

extension ParameterStore {
  /// The values of a checkpoint. Throws ``NetworkError`` `badParameters`.
  convenience init(
    _ parameters: [String: StoredTensor], of configuration: NetworkConfiguration, _ registry: LayerRegistry
  ) throws {
    do {
      try self.init(parameters, for: registry.parameters)
    } catch let mismatch as ParameterMismatch {
      throw NetworkError(.badParameters, "the parameters do not fit \(configuration.architecture): \(mismatch)")
    }
  }
}
