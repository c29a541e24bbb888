package import VoiceRecognition

/// What must be known to build a network: mvector's class and version, the front-end's width, the keyword arguments.
package struct NetworkConfiguration: Sendable, Hashable {
  /// The versions of mvector whose networks of one name differ: layers, keys and poolings.
  package enum Generation: String, Sendable, Hashable, CaseIterable {
    /// mvector 1.0.x, whose configurations say `use_model` and `model_conf.backbone`.
    case v1_0 = "1.0"
    /// mvector 1.1.x, whose configurations say `model_conf.model` and `model_conf.model_args`.
    case v1_1 = "1.1"
  }

  /// mvector's class name, e.g. `CAMPPlus`.
  package var architecture: String
  /// Which version of that class.
  package var generation: Generation
  /// Bins of a feature frame.
  package var inputSize: Int
  /// Length of a voiceprint.
  package var embeddingSize: Int
  /// The other keyword arguments under mvector's names; what is missing has mvector's default.
  package var arguments: [String: ArchitectureArgument]

  /// A configuration; it is checked when a network is built from it.
  package init(
    architecture: String, generation: Generation = .v1_0, inputSize: Int, embeddingSize: Int,
    arguments: [String: ArchitectureArgument] = [:]
  ) {
    self.architecture = architecture
    self.generation = generation
    self.inputSize = inputSize
    self.embeddingSize = embeddingSize
    self.arguments = arguments
  }
}
