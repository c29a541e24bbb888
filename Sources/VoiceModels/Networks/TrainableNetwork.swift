package import VoiceNN
package import VoiceTensor

/// A network whose parameters can change, and what trains it, if any: a classifier and a loss. For one thread.
package final class TrainableNetwork {
  /// Makes a loss; one with parameters of its own declares them at the root.
  package typealias MakeLoss = (LayerScope) -> SpeakerLoss

  /// What it was built from.
  package let configuration: NetworkConfiguration
  /// The values of its parameters; with a classifier under mvector's keys, `0.` the network and `1.` the classifier.
  package let parameters: ParameterStore
  /// The layer that tells the training speakers apart.
  package let classifier: SpeakerClassifier?
  /// What is minimised.
  package var loss: SpeakerLoss?
  private let backbone: any Backbone

  /// Builds a network alone. Throws ``NetworkError``, as ``SpeakerNetwork`` does.
  package init(configuration: NetworkConfiguration, parameters: [String: StoredTensor]) throws {
    let (backbone, registry) = try NetworkCatalogue.build(configuration)
    self.configuration = configuration
    self.backbone = backbone
    self.parameters = try ParameterStore(parameters, of: configuration, registry)
    classifier = nil
  }

  /// Builds a network with its classifier and loss, from a checkpoint's values. Throws ``NetworkError``.
  package convenience init(
    configuration: NetworkConfiguration, classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes),
    loss: MakeLoss, parameters: [String: StoredTensor]
  ) throws {
    try self.init(configuration, classifier, loss) { registry in
      try ParameterStore(parameters, of: configuration, registry)
    }
  }

  /// Builds a network with its classifier and loss and draws all values; the same seed gives the same values.
  ///
  /// Throws ``NetworkError`` `badConfiguration`.
  package convenience init(
    configuration: NetworkConfiguration, classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes),
    loss: MakeLoss, seed: UInt64
  ) throws {
    try self.init(configuration, classifier, loss) { ParameterStore(drawing: $0.parameters, seed: seed) }
  }

  private init(
    _ configuration: NetworkConfiguration,
    _ classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes), _ loss: MakeLoss,
    store: (LayerRegistry) throws -> ParameterStore
  ) throws {
    let registry = LayerRegistry()
    backbone = try NetworkCatalogue.build(configuration, at: registry.root("0"))
    self.configuration = configuration
    self.classifier = SpeakerClassifier(registry.root("1"), classifier.kind, classifier.sizes)
    self.loss = loss(registry.root)
    parameters = try store(registry)
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

  /// The fewest frames that a batch may have.
  package var minimumFrames: Int { backbone.minimumFrames }

  /// Records the loss of a batch; the accuracy is that of the classifier without a margin.
  package func lossOf(
    _ features: Variable, labels: [Int], _ run: TrainingExecution
  ) -> (loss: Variable, accuracy: Double) {
    guard let classifier, let loss else { preconditionFailure("the network was built without a classifier") }
    let voiceprints = forward(features, run)
    let logits = classifier(voiceprints, run)
    let value = loss(voiceprints: voiceprints, logits: logits, labels: labels, classifier, run)
    let nearest = classifier.nearestCentres(logits, run.tape).value
    return (value, SpeakerClassifier.accuracy(nearest, labels: labels))
  }
}
