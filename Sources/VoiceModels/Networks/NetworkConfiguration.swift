/// What must be known to build a network: mvector's `use_model`, the front-end's width and the keyword arguments.
package struct NetworkConfiguration: Sendable, Hashable, Codable {
  /// mvector's class name, e.g. `CAMPPlus`.
  package var architecture: String
  /// Bins of a feature frame.
  package var inputSize: Int
  /// Length of a voiceprint.
  package var embeddingSize: Int
  /// The other keyword arguments under mvector's names; booleans are 0 and 1. What is missing has mvector's default.
  package var arguments: [String: Int]

  /// A configuration; it is checked when a network is built from it.
  package init(architecture: String, inputSize: Int, embeddingSize: Int, arguments: [String: Int] = [:]) {
    self.architecture = architecture
    self.inputSize = inputSize
    self.embeddingSize = embeddingSize
    self.arguments = arguments
  }
}
