package import VoiceConfiguration
package import VoiceModels
package import VoiceNN
internal import VoiceTensor

/// What an experiment says about network, classifier, loss and optimiser, in the engine's terms.
package struct TrainingSetup: Sendable {
  /// The network.
  package let network: NetworkConfiguration
  /// The layer that tells the training speakers apart.
  package let classifier: (kind: SpeakerClassifier.Kind, sizes: SpeakerClassifier.Sizes)
  private let experiment: ExperimentConfiguration

  /// For features of `bins` bins and a list of `classes` classes. Throws ``NetworkError`` `badConfiguration`.
  package init(_ experiment: ExperimentConfiguration, bins: Int, classes: Int) throws(NetworkError) {
    self.experiment = experiment
    network = try NetworkConfiguration(experiment.model, inputSize: bins)
    let model = experiment.model.classifier
    classifier = (
      Self.kind(experiment),
      SpeakerClassifier.Sizes(
        inputs: network.embeddingSize, speakers: classes, blocks: model.blockCount, innerSize: model.innerSize,
        centres: Self.centres(experiment))
    )
  }

  /// The last layer that goes with a loss: in 1.1 the configuration says it, in 1.0 the loss decides.
  private static func kind(_ experiment: ExperimentConfiguration) -> SpeakerClassifier.Kind {
    if experiment.model.isSecondGeneration { return experiment.model.classifier.type == "Linear" ? .linear : .cosine }
    switch experiment.loss.kind {
    case .crossEntropy, .triplet: return .linear
    case .additiveMargin, .realAdditiveMargin: return .cosineOfColumns
    default: return .cosine
    }
  }

  private static func centres(_ experiment: ExperimentConfiguration) -> Int {
    guard case .subCentre(_, let centres) = experiment.loss.kind else { return 1 }
    return experiment.model.classifier.centresPerSpeaker ?? centres ?? 3
  }

  /// The loss, whose own parameters are declared at `root`.
  package func loss(_ root: LayerScope) -> SpeakerLoss {
    let loss = experiment.loss
    return SpeakerLoss(
      SpeakerLoss.Kind(loss.kind), margin: loss.margin, scale: loss.scale, smoothing: loss.labelSmoothing, root: root)
  }

  /// The optimiser before its first step.
  package var optimizer: Optimizer {
    let optimizer = experiment.optimizer
    let rule: Optimizer.Rule =
      switch optimizer.name {
      case .adam: .adam
      case .adamW: .adamW
      case .sgd:
        .sgd(momentum: optimizer.momentum, dampening: optimizer.dampening, isNesterov: optimizer.isNesterov)
      }
    return Optimizer(
      rule, learningRate: optimizer.learningRate, weightDecay: optimizer.weightDecay, betas: optimizer.betas,
      epsilon: optimizer.epsilon)
  }

  /// How the learning rate changes, for epochs of so many steps.
  package func schedule(stepsPerEpoch steps: Int) -> LearningRateSchedule {
    let epochs = experiment.training.maxEpoch
    switch experiment.optimizer.scheduler {
    case .warmupCosine(let low, let high, let warmup, let fix):
      return .warmupCosine(
        minimum: low, maximum: high, warmupSteps: warmup * steps, lastStep: max(fix ?? epochs, warmup + 1) * steps)
    case .cosineAnnealing(let low, let period):
      return .cosineAnnealing(minimum: low, period: period ?? max(1, Int(Double(epochs) * 1.2) * steps))
    case .step(let period, let factor): return .step(period: period, factor: factor)
    case .exponential(let factor): return .exponential(factor: factor)
    case .reduceOnPlateau(let factor, let patience, let threshold, let cooldown, let low):
      return .reduceOnPlateau(
        factor: factor, patience: patience, threshold: threshold, cooldown: cooldown, minimum: low)
    }
  }

  /// How the margin grows; nil when it stays.
  package func margins(stepsPerEpoch steps: Int) -> MarginScheduler? {
    guard let scheduler = experiment.loss.marginScheduler else { return nil }
    let epochs = Double(experiment.training.maxEpoch)
    let start = scheduler.startEpoch ?? Int(0.3 * epochs)
    return MarginScheduler(
      initial: scheduler.initial, final: scheduler.final, startEpoch: start,
      fixEpoch: max(scheduler.fixEpoch ?? Int(0.7 * epochs), start), stepsPerEpoch: steps,
      growth: scheduler.growth == .linear ? .linear : .exponential)
  }
}

extension SpeakerLoss.Kind {
  fileprivate init(_ kind: LossConfiguration.Kind) {
    switch kind {
    case .additiveAngularMargin(let isEasy): self = .additiveAngularMargin(isEasy: isEasy)
    case .subCentre(let isEasy, _): self = .subCentre(isEasy: isEasy)
    case .additiveMargin: self = .additiveMargin
    case .realAdditiveMargin: self = .realAdditiveMargin
    case .crossEntropy: self = .crossEntropy
    case .sphereFace2(let type, let balance, let exponent):
      self = .sphereFace2(
        SphereFace2Margin(kind: type == .angle ? .angle : .cosine, balance: balance, exponent: exponent))
    case .triplet(let normalizes, let weight, let own, let others):
      self = .triplet(
        TripletMargin(absoluteWeight: weight, ownAtLeast: own, othersAtMost: others), normalizesFeatures: normalizes)
    }
  }
}
