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
    /// How long a pass goes on before it is saved where it is; nil saves every 10,000 batches, as mvector does.
    package var checkpointInterval: Duration?
    /// What is done to the clips.
    package var augmentation: AugmentationConfiguration
    /// The processes that train together, each with batches of the configured size; nil trains alone. Rank 0 alone
    /// reads checkpoints, evaluates, writes and tells.
    package var group: (any RankGroup)?
    /// Whether batch norms in training take the statistics of all ranks' batches; else each rank its own, of which
    /// rank 0's running ones are evaluated and saved.
    package var sharesNormStatistics = false
    /// Where rank 0 keeps what can be saved when the group is lost in the middle of a step.
    package var lastStep: LastWholeStep?

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
  private let ranks: Ranks
  /// Factors of the learning rate.
  private let rates: [Parameter: Double]
  private var optimizer: Optimizer
  private var state: TrainingState
  private var lastSave = ContinuousClock.now

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
    let ranks = Ranks(group: options.group)
    self.ranks = ranks
    self.report = ranks.isFirst ? report : { event in if case .warning = event { report(event) } }
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
      loss: experiment.loss.name.rawValue, seed: options.seed, margin: experiment.loss.margin, plateau: PlateauState(),
      ranks: ranks.count)
    try ranks.requireSame(
      list.clips.map { "\($0.path)\t\($0.speaker)\n" }.joined() + setup.network.architecture
        + " \(experiment.dataset.loader) \(experiment.training.maxEpoch) \(options.seed)"
        + " \(options.sharesNormStatistics) \(evaluator == nil)")

    if ranks.isFirst, let start = options.resume ?? folder.last {
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
      guard state.ranks ?? 1 == ranks.count else {
        throw TrainingError(
          .badCheckpoint,
          "\(start) was begun with \(state.ranks ?? 1) ranks, not \(ranks.count): the batches would differ")
      }
    } else {
      network = try TrainableNetwork(
        configuration: setup.network, classifier: setup.classifier, loss: setup.loss, seed: options.seed)
    }
    rates = try network.rates(experiment.training.fineTuning)
    if ranks.isFirst {
      reader.warnings.forEach { report(.warning($0)) }
      if state.step == 0 { try begin() }
    }
    try beginTogether()
  }

  /// All ranks take what rank 0 begins with.
  private func beginTogether() throws {
    let first = try ranks.fromFirst(content)
    guard !ranks.isFirst else { return }
    for parameter in network.parameters.parameters {
      guard let stored = first.parameters[parameter.path], stored.values.count == parameter.count else {
        throw TrainingError(.badArgument, "rank 0 trains another network: it has no \(parameter.path) like this one's")
      }
      network.parameters[parameter] = Tensor(shape: parameter.shape, values: stored.values)
    }
    try optimizer.restore(first.optimizer, for: network.parameters.parameters)
    state = first.state
  }

  /// All that a checkpoint holds, as it is now.
  private var content: CheckpointFolder.Content {
    CheckpointFolder.Content(parameters: network.parameters.stored, optimizer: optimizer.states, state: state)
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
  /// Throws `diverged` naming the files of a batch whose loss is no number, `lostRank` after the last whole step was
  /// saved, and what reading and writing throw.
  package func run(_ flag: CancellationFlag) throws -> Outcome {
    do { return try train(flag) } catch let error as TrainingError where error.code == .lostRank {
      guard ranks.isFirst, let checkpoint = try options.lastStep?.save() else { throw error }
      throw TrainingError(.lostRank, "\(error.message); saved \(checkpoint): the same command goes on from there")
    }
  }

  private func train(_ flag: CancellationFlag) throws -> Outcome {
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
    guard batches > 0 else { throw SamplingPlan.empty(list, experiment.dataset.loader) }
    let schedule = setup.schedule(stepsPerEpoch: batches)
    let margins = setup.margins(stepsPerEpoch: batches)
    let loader = BatchLoader(
      plan: plan, list: list, reader: reader, seed: RandomSource.seed(options.seed, UInt64(epoch)),
      threads: max(1, min(experiment.dataset.loader.workerCount, options.threads)), first: state.epochStep)
    defer { loader.end() }
    var log = ProgressLog(
      epochs: experiment.training.maxEpoch, batches: batches,
      batchSize: experiment.dataset.loader.batchSize * ranks.count)
    while let batch = try loader.next() {
      optimizer.learningRate = schedule.rate(
        step: state.step, base: setup.optimizer.learningRate, reductions: state.plateau.reductions)
      if let margins { state.margin = margins.margin(duringStep: state.step) }
      let (loss, accuracy) = try step(batch, of: plan.globalSizes[state.epochStep])
      log.add(loss: loss, accuracy: accuracy)
      if (state.epochStep - 1).isMultiple(of: experiment.training.logInterval) {
        let next = schedule.rate(
          step: state.step, base: setup.optimizer.learningRate, reductions: state.plateau.reductions)
        report(.progress(log.line(epoch: epoch, state, learningRate: next, waited: loader.waited)))
      }
      report(.batch(epoch: epoch, batch: state.epochStep, batches: batches))
      if try ranks.any(flag.isCancelled) && state.epochStep < batches { return try save(isBest: false) }
      if isTimeToSave(of: batches) { try save(isBest: false) }
    }
    let replaced = loader.replaced
    if !replaced.isEmpty {
      let place = ranks.isFirst ? "" : "rank \(ranks.rank): "
      let times = "\(replaced.count) times another clip stood in for one that is unusable"
      report(.warning("\(place)\(times), e.g. \(replaced[0])"))
    }
    state.lastEpoch = epoch
    state.epochStep = 0
    return nil
  }

  private func isTimeToSave(of batches: Int) -> Bool {
    guard let interval = options.checkpointInterval else {
      return state.step.isMultiple(of: Self.batchesBetweenCheckpoints)
    }
    // At its end a pass is saved anyway.
    return state.epochStep < batches && ContinuousClock.now - lastSave >= interval
  }

  private func plan(_ epoch: Int) throws(TrainingError) -> SamplingPlan {
    try SamplingPlan(experiment, list, seed: options.seed, epoch: epoch, rank: ranks.rank, ranks: ranks.count)
  }

  /// Forward, backward, and the optimiser's step; loss and accuracy are those of all ranks' batches, `size` clips.
  private func step(_ batch: Batch, of size: Int) throws -> (loss: Double, accuracy: Double) {
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
    run.firstRow = batch.firstPlace
    let exchange = ranks.group.map { GradientExchange($0) }
    run.onGradient = exchange.map { exchange in { exchange.add($1, of: $0) } }
    if options.sharesNormStatistics { run.normSum = exchange?.add }
    let (loss, accuracy) = network.lossOf(run.tape.constant(batch.features), labels: batch.labels, run)
    let value = Double(loss.value.values[0])
    guard value.isFinite else {
      throw TrainingError(
        .diverged, "the loss is \(value) in step \(state.step), on \(batch.files.joined(separator: ", ")):"
          + " lower the learning rate, or look at these clips")
    }
    let share = Double(batch.labels.count) / Double(size)
    let own = run.gradients(of: loss, weight: Float(share)).parameters
    let gradients = try exchange?.sums() ?? own
    let means = try ranks.sum([value * share, accuracy * share])
    take {
      optimizer.step(network.parameters, gradients) { rates[$0] ?? 1 }
      state.step += 1
      state.epochStep += 1
    }
    return (means[0], means[1])
  }

  /// Makes the changes of a step, all or none of which are ever saved.
  private func take(_ change: () -> Void) {
    guard let lastStep = options.lastStep, ranks.isFirst else { return change() }
    lastStep.take(folder) {
      change()
      return content
    }
  }

  /// Whether the network is the best so far.
  private func evaluate(since begin: ContinuousClock.Instant) throws -> Bool {
    guard let evaluator else { return false }
    var curve: DetectionCurve?
    let numbers = try ranks.fromFirst(3) {
      let measured = try evaluator.curve(of: network.speakerNetwork(), threads: options.threads)
      let summary = EvaluationSummary(measured)
      curve = measured
      return [Double(summary.threshold), summary.equalErrorRate, summary.minimumCost]
    }
    let eer = numbers[1]
    (state.threshold, state.eer, state.minDCF) = (numbers[0], eer, numbers[2])
    let batches = try plan(state.lastEpoch).batches.count
    state.plateau.observe(eer, setup.schedule(stepsPerEpoch: batches))
    let isBest = eer <= state.bestEER ?? 1
    if isBest { state.bestEER = eer }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    if let curve { report(.evaluated(epoch: state.lastEpoch, seconds: seconds, EvaluationSummary(curve), curve)) }
    return isBest
  }

  @discardableResult
  private func save(isBest: Bool) throws -> String {
    guard ranks.isFirst else { return "\(folder.path)/last_model" }
    let write = { [folder, content] in try folder.write(content, isBest: isBest) }
    let path = try options.lastStep?.write(write) ?? write()
    lastSave = .now
    report(.saved(path: path, isBest: isBest))
    return path
  }
}
