internal import VoiceNN
internal import VoiceTensor

extension Checkpoint {
  /// The network whose voiceprints are those of `parameters` less `mean`: centring as a part of the network, in the
  /// bias of its last layer, or in the mean that its last norm takes off. `mean` has the length of a voiceprint.
  ///
  /// Throws ``NetworkError``.
  package static func centred(
    _ parameters: Parameters, of configuration: NetworkConfiguration, by mean: [Float]
  ) throws -> Parameters {
    let declared = try NetworkCatalogue.build(configuration).registry.parameters
    do { try ParameterMismatch.check(parameters, against: declared) } catch {
      throw NetworkError(.badParameters, "\(configuration.architecture): \(error)")
    }
    precondition(mean.count == configuration.embeddingSize, "a voiceprint has \(configuration.embeddingSize) values")
    let layer = declared.last.map { $0.path.split(separator: ".").dropLast().joined(separator: ".") } ?? ""
    func values(_ name: String) -> [Float]? { parameters["\(layer).\(name)"]?.values }

    var centred = parameters
    if let bias = values("bias"), bias.count == mean.count {
      centred["\(layer).bias"]?.values = zip(bias, mean).map { $0 - $1 }
    } else if let running = values("running_mean"), let variance = values("running_var"), running.count == mean.count {
      centred["\(layer).running_mean"]?.values = running.indices.map {
        running[$0] + mean[$0] * (variance[$0] + BatchNorm.epsilon).squareRoot()
      }
    } else {
      throw NetworkError(.badParameters, "\(configuration.architecture): its last layer '\(layer)' has no place for it")
    }
    return centred
  }
}
