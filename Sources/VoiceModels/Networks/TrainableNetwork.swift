package import VoiceNN
package import VoiceTensor

/// A network whose parameters can change. For one thread.
package final class TrainableNetwork {
  /// What it was built from.
  package let configuration: NetworkConfiguration
  /// The values of its parameters.
  package let parameters: ParameterStore
  private let backbone: any Backbone

  /// Builds a network. Throws ``NetworkError``, as ``SpeakerNetwork`` does.
  package init(configuration: NetworkConfiguration, parameters: [String: StoredTensor]) throws {
    let (backbone, registry) = try NetworkCatalogue.build(configuration)
    self.configuration = configuration
    self.backbone = backbone
    self.parameters = try ParameterStore(parameters, of: configuration, registry)
  }

  /// Records the voiceprints `[batch, embedding size]` of features `[batch, frames, bins]`, a variable of the run's
  /// tape.
  package func forward(_ features: Variable, _ run: TrainingExecution) -> Variable {
    precondition(
      features.shape.count == 3 && features.shape[1] >= backbone.minimumFrames
        && features.shape[2] == configuration.inputSize,
      "\(configuration.architecture): features \(features.shape), not [batch, frames, \(configuration.inputSize)]")
    let (batch, frames) = (features.shape[0], features.shape[1])
    let map = run.tape.reshape(features, [batch, 1, frames, configuration.inputSize])
    return run.tape.reshape(backbone.forward(map, run), [batch, configuration.embeddingSize])
  }
}
