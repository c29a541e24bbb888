internal import VoiceNN

/// A network from features to a voiceprint, written once for training and inference.
protocol Backbone: Sendable {
  /// The fewest frames that give a voiceprint.
  var minimumFrames: Int { get }

  /// Features `[1, frames, bins]` to a voiceprint `[1, 1, embedding size]`, of one utterance or of each of a batch.
  func forward<E: Execution>(_ features: E.Map, _ run: E) -> E.Map
}

/// The networks there are, by mvector's class names.
enum NetworkCatalogue {
  typealias Build = @Sendable (NetworkArguments, LayerScope) throws -> any Backbone

  static let builders: [String: Build] = [
    "CAMPPlus": { arguments, scope in CAMPPlus(try CAMPPlus.Sizes(arguments), scope) },
    "ERes2Net": { try ERes2Net($0, $1) },
    "ERes2NetV2": { try ERes2NetV2($0, $1) },
    "EcapaTdnn": { arguments, scope in
      switch arguments.generation {
      case .v1_0: try EcapaTdnn(arguments, scope)
      case .v1_1: try ContextualEcapaTdnn(arguments, scope)
      }
    },
    "PANNS_CNN10": { try PANNs(.cnn10, $0, $1) },
    "PANNS_CNN14": { try PANNs(.cnn14, $0, $1) },
    "PANNS_CNN6": { try PANNs(.cnn6, $0, $1) },
    "Res2Net": { try Res2Net($0, $1) },
    "ResNetSE": { try ResNetSE($0, $1) },
    "TDNN": { try TDNN($0, $1) },
  ]

  /// Builds a network and declares its parameters. Throws ``NetworkError`` `badConfiguration`.
  static func build(_ configuration: NetworkConfiguration) throws -> (backbone: any Backbone, registry: LayerRegistry) {
    let registry = LayerRegistry()
    return (try build(configuration, at: registry.root), registry)
  }

  /// Builds a network whose parameters are declared at `scope`. Throws ``NetworkError`` `badConfiguration`.
  static func build(_ configuration: NetworkConfiguration, at scope: LayerScope) throws -> any Backbone {
    guard let builder = builders[configuration.architecture] else {
      let known = builders.keys.sorted().joined(separator: ", ")
      throw NetworkError(
        .badConfiguration, "architecture '\(configuration.architecture)' is unknown; there are: \(known)")
    }
    return try builder(NetworkArguments(configuration), scope)
  }
}
