internal import FoundationEssentials
package import VoiceConcurrency
package import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceModels
internal import VoiceNN
internal import VoiceTensor

/// Trains a network on a list of speakers, as mvector's trainer does, on the calling thread and a team of its own.
///
/// The same configuration, seed and files give the same weights, to the bit, however often it was interrupted and
/// resumed. For one thread.
package final class Trainer {
  /// What a training is told beside the experiment.
  package struct Options: Sendable {
    /// Folder that the paths of lists and clips start from.
    package var root: String
    /// Folder of the checkpoints.
    package var savePath: String
    /// A checkpoint folder to go on from; nil takes the last one of `savePath`, if there is one.
    package var resume: String?
    /// A checkpoint whose network is taken as the beginning; the classifier is drawn anew.
    package var pretrained: String?
    /// Whether each pass is followed by an evaluation.
    package var evaluates = true
    /// What all randomness follows from.
    package var seed: UInt64 = 0
    /// Threads that compute.
    package var threads = 2
    /// What is done to the clips.
    package var augmentation: AugmentationConfiguration

    /// Options with what has no default.
    package init(root: String, savePath: String, augmentation: AugmentationConfiguration) {
      self.root = root
      self.savePath = savePath
      self.augmentation = augmentation
    }
  }

  /// How a training ended.
  package enum Outcome: Sendable, Hashable {
    /// All passes are done; the best equal error rate, if any was measured.
    case finished(bestEER: Double?)
    /// It was cancelled, and this checkpoint goes on from there.
    case cancelled(checkpoint: String)
  }

  private let experiment: ExperimentConfiguration
  private let options: Options
  private let list: SpeakerList
  private let reader: TrainingReader
  private let evaluator: Evaluator?
  private let setup: TrainingSetup
  private let network: TrainableNetwork
  private let folder: CheckpointFolder
  private let report: (TrainingEvent) -> Void
  /// Factors of the learning rate.
  private let rates: [Parameter: Double]
  private var optimizer: Optimizer
  private var state: TrainingState

  /// Batches between two checkpoints inside of a pass, as in mvector.
  private static let batchesBetweenCheckpoints = 10_000

  /// Reads lists and checkpoints and builds the network.
  ///
  /// Throws ``TrainingError``, ``NetworkError`` or `EvaluationError`, each with what to do.
  package init(
    _ experiment: ExperimentConfiguration, _ options: Options, report: @escaping (TrainingEvent) -> Void
  ) throws {
    self.experiment = experiment
    self.options = options
    self.report = report
    guard let file = experiment.dataset.trainList else {
      throw TrainingError(.badArgument, "dataset_conf.train_list is missing: name the list to train on")
    }
    list = try SpeakerList.load(file: resolve(file, root: options.root))
    let speakers = try list.classCount(configured: experiment.model.classifier.speakerCount)
    reader = try TrainingReader(
      experiment, augmentation: options.augmentation, root: options.root, speakerCount: speakers)
    evaluator = options.evaluates ? try Evaluator(experiment, root: options.root) : nil
    setup = try TrainingSetup(
      experiment, bins: reader.bins, classes: speakers * options.augmentation.classesPerSpeaker)
    folder = CheckpointFolder(
      savePath: options.savePath, network: setup.network.architecture,
      featureMethod: experiment.preprocess.featureMethod)
    optimizer = setup.optimizer
    state = TrainingState(
      lastEpoch: 0, epochStep: 0, step: 0, version: TrainingState.currentVersion,
      useModel: setup.network.architecture, featureMethod: experiment.preprocess.featureMethod,
      loss: experiment.loss.name.rawValue, seed: options.seed, margin: experiment.loss.margin, plateau: PlateauState())

    if let start = options.resume ?? folder.last {
      let content = try CheckpointFolder.read(start)
      network = try TrainableNetwork(
        configuration: setup.network, classifier: setup.classifier, loss: setup.loss, parameters: content.parameters)
      do { try optimizer.restore(content.optimizer, for: network.parameters.parameters) } catch {
        throw TrainingError(.badCheckpoint, "\(start): the optimiser's state is of another training: \(error)")
      }
      state = content.state
      guard state.seed == options.seed else {
        throw TrainingError(
          .badCheckpoint, "\(start) was begun with seed \(state.seed), not \(options.seed): the order would differ")
      }
    } else {
      network = try TrainableNetwork(
        configuration: setup.network, classifier: setup.classifier, loss: setup.loss, seed: options.seed)
    }
    rates = try network.rates(experiment.training.fineTuning)
    reader.warnings.forEach { report(.warning($0)) }
    if state.step == 0 { try begin() }
  }

  /// What comes before the first step.
  private func begin() throws {
    if let pretrained = options.pretrained { try adopt(pretrained) }
    guard experiment.training.fineTuning.imprintsClassifier else { return }
    guard options.pretrained != nil else {
      throw TrainingError(
        .badArgument, "train_conf.fine_tuning.imprint_classifier needs a network that knows voices: --pretrained-model")
    }
    try network.imprint(list, experiment, root: options.root, threads: options.threads)
  }

  /// Takes the network's values of a checkpoint; what is missing or misshapen keeps its draw and is told.
  private func adopt(_ file: String) throws {
    let parameters = try Checkpoint.load(URL(filePath: file)).parameters
    var taken = 0
    for parameter in network.parameters.parameters where parameter.path.hasPrefix("0.") {
      let key = String(parameter.path.dropFirst(2))
      guard let stored = parameters[key] else {
        if parameter.role != .counter { report(.warning("\(file) has no \(key): it is drawn at random")) }
        continue
      }
      guard stored.values.count == parameter.count, parameter.role == .counter || stored.shape == parameter.shape else {
        report(.warning("\(file): \(key) is \(stored.shape), not \(parameter.shape): it is drawn at random"))
        continue
      }
      network.parameters[parameter] = Tensor(shape: parameter.shape, values: stored.values)
      taken += 1
    }
    guard taken > 0 else {
      throw TrainingError(.badCheckpoint, "\(file) has nothing of \(setup.network.architecture)")
    }
  }

  /// Trains until all passes are done or `flag` is raised; blocks meanwhile.
  ///
  /// Throws `diverged` naming the files of a batch whose loss is no number, and what reading and writing throw.
  package func run(_ flag: CancellationFlag) throws -> Outcome {
    report(
      .started(
        clips: list.clips.count, speakers: list.speakerCount,
        parameters: network.parameters.parameters.filter { $0.role == .weight }.reduce(0) { $0 + $1.count },
        resumedAtStep: state.step))
    while state.lastEpoch < experiment.training.maxEpoch {
      let begin = ContinuousClock.now
      if let checkpoint = try pass(flag) { return .cancelled(checkpoint: checkpoint) }
      let isBest = try evaluate(since: begin)
      try save(isBest: isBest)
    }
    return .finished(bestEER: state.bestEER)
  }

  /// One pass over the list, or the rest of one; a checkpoint when it was cancelled.
  private func pass(_ flag: CancellationFlag) throws -> String? {
    let epoch = state.lastEpoch + 1
    let plan = try plan(epoch)
    let batches = plan.batches.count
    guard batches > 0 else {
      let size = experiment.dataset.loader.batchSize
      throw TrainingError(.badArgument, "dataset_conf: \(list.clips.count) clips do not fill a batch of \(size)")
    }
    let schedule = setup.schedule(stepsPerEpoch: batches)
    let margins = setup.margins(stepsPerEpoch: batches)
    let loader = BatchLoader(
      plan: plan, list: list, reader: reader, seed: RandomSource.seed(options.seed, UInt64(epoch)),
      threads: max(1, min(experiment.dataset.loader.workerCount, options.threads)), first: state.epochStep)
    defer { loader.end() }
    var log = ProgressLog(
      epochs: experiment.training.maxEpoch, batches: batches, batchSize: experiment.dataset.loader.batchSize)
    while let batch = try loader.next() {
      optimizer.learningRate = schedule.rate(
        step: state.step, base: setup.optimizer.learningRate, reductions: state.plateau.reductions)
      if let margins { state.margin = margins.margin(duringStep: state.step) }
      let (loss, accuracy) = try step(batch)
      state.step += 1
      state.epochStep += 1
      log.add(loss: loss, accuracy: accuracy)
      if (state.epochStep - 1).isMultiple(of: experiment.training.logInterval) {
        let next = schedule.rate(
          step: state.step, base: setup.optimizer.learningRate, reductions: state.plateau.reductions)
        report(.progress(log.line(epoch: epoch, state, learningRate: next, waited: loader.waited)))
      }
      report(.batch(epoch: epoch, batch: state.epochStep, batches: batches))
      if flag.isCancelled && state.epochStep < batches { return try save(isBest: false) }
      if state.step.isMultiple(of: Self.batchesBetweenCheckpoints) { try save(isBest: false) }
    }
    let replaced = loader.replaced
    if !replaced.isEmpty {
      report(.warning("\(replaced.count) times another clip stood in for one that is unusable, e.g. \(replaced[0])"))
    }
    state.lastEpoch = epoch
    state.epochStep = 0
    return nil
  }

  private func plan(_ epoch: Int) throws(TrainingError) -> SamplingPlan {
    let loader = experiment.dataset.loader
    if loader.usePKSampler || experiment.loss.name == .triplet {
      return try SamplingPlan(
        speakers: list.clips.map(\.speaker), clipsPerSpeaker: loader.samplesPerSpeaker, batchSize: loader.batchSize,
        dropLast: loader.dropLast, seed: options.seed, epoch: epoch)
    }
    return SamplingPlan(
      clips: list.clips.count, batchSize: loader.batchSize, dropLast: loader.dropLast, seed: options.seed,
      epoch: epoch)
  }

  /// Forward, backward, and the optimiser's step.
  private func step(_ batch: Batch) throws -> (loss: Double, accuracy: Double) {
    guard batch.features.shape[1] >= network.minimumFrames else {
      throw TrainingError(
        .badClips, "\(batch.files.joined(separator: ", ")): \(batch.features.shape[1]) frames; "
          + "\(setup.network.architecture) needs \(network.minimumFrames): raise dataset_conf.min_duration")
    }
    network.loss?.margin = state.margin
    let run = TrainingExecution(
      network.parameters, mode: experiment.training.fineTuning.freezesNorms ? .fineTuning : .training,
      constants: Set(rates.filter { $0.value == 0 }.keys),
      seed: RandomSource.seed(options.seed, UInt64(state.step), 1), threads: options.threads)
    let (loss, accuracy) = network.lossOf(run.tape.constant(batch.features), labels: batch.labels, run)
    let value = Double(loss.value.values[0])
    guard value.isFinite else {
      throw TrainingError(
        .diverged, "the loss is \(value) in step \(state.step), on \(batch.files.joined(separator: ", ")):"
          + " lower the learning rate, or look at these clips")
    }
    optimizer.step(network.parameters, run.gradients(of: loss).parameters) { rates[$0] ?? 1 }
    return (value, accuracy)
  }

  /// Whether the network is the best so far.
  private func evaluate(since begin: ContinuousClock.Instant) throws -> Bool {
    guard let evaluator else { return false }
    let curve = try evaluator.curve(of: network.speakerNetwork(), threads: options.threads)
    let summary = EvaluationSummary(curve)
    (state.threshold, state.eer, state.minDCF) = (
      Double(summary.threshold), summary.equalErrorRate, summary.minimumCost
    )
    let batches = try plan(state.lastEpoch).batches.count
    state.plateau.observe(summary.equalErrorRate, setup.schedule(stepsPerEpoch: batches))
    let isBest = summary.equalErrorRate <= state.bestEER ?? 1
    if isBest { state.bestEER = summary.equalErrorRate }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    report(.evaluated(epoch: state.lastEpoch, seconds: seconds, summary, curve))
    return isBest
  }

  @discardableResult
  private func save(isBest: Bool) throws -> String {
    let content = CheckpointFolder.Content(
      parameters: network.parameters.stored, optimizer: optimizer.states, state: state)
    let path = try folder.write(content, isBest: isBest)
    report(.saved(path: path, isBest: isBest))
    return path
  }
}
