package import VoiceTensor

/// A network ready for inference: immutable, batch norms folded, weights packed; any number of threads may use it at once.
package final class SpeakerNetwork: Sendable {
  /// What it was built from.
  package let configuration: NetworkConfiguration

  /// Builds and packs a network.
  ///
  /// Throws ``NetworkError``: `badConfiguration`, or `badParameters` with every missing, extra and misshapen key.
  package init(configuration: NetworkConfiguration, parameters: [String: StoredTensor]) throws {
    _ = try Self.parameterShapes(configuration)
    self.configuration = configuration
  }

  /// Length of a voiceprint.
  package var embeddingSize: Int { configuration.embeddingSize }

  /// Bins of a feature frame.
  package var inputSize: Int { configuration.inputSize }

  /// Bytes of the packed weights.
  package var memoryBytes: Int { 0 }

  /// The fewest frames that give a voiceprint.
  package var minimumFrames: Int { 1 }

  /// The voiceprint `[embeddingSize]` of one utterance, features `[frames, inputSize]` row-major, on the calling thread.
  ///
  /// Throws ``NetworkError`` `badFeatures`: too few frames, a wrong count of values, NaN or infinity.
  package func embed(_ features: [Float], frames: Int) throws -> [Float] {
    throw NetworkError(.badConfiguration, "architecture '\(configuration.architecture)' is unknown")
  }

  /// The parameters of a network, by `state_dict` key. Throws ``NetworkError`` `badConfiguration`.
  package static func parameterShapes(_ configuration: NetworkConfiguration) throws -> [String: [Int]] {
    throw NetworkError(.badConfiguration, "architecture '\(configuration.architecture)' is unknown")
  }

  /// The names that a configuration may have.
  package static var architectures: [String] { [] }
}
