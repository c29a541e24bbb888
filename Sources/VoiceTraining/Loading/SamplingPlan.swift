internal import VoiceConfiguration
internal import VoiceTensor

/// Which clips make which batch of an epoch: decided by seed and epoch alone, the same on every rank.
package struct SamplingPlan: Sendable {
  /// An entry of a batch: which clip, and its place in the epoch, which decides what is random about it.
  package struct Entry: Sendable, Hashable {
    /// Index of the clip in the list.
    package var clip: Int
    /// Place in the epoch, over all ranks.
    package var place: Int
  }

  /// The batches of this rank in their order.
  package let batches: [[Entry]]
  /// How many clips each batch has over all ranks.
  package let globalSizes: [Int]

  /// Clips in random order; the global batch of `batchSize` · `ranks` clips is dealt out to the ranks in pieces.
  ///
  /// What does not fill a global batch is left out if `dropLast`, or if a rank would get but one clip of it, from which
  /// batch norms cannot learn; else the ranks share it as evenly as they can.
  package init(
    clips: Int, batchSize: Int, dropLast: Bool, seed: UInt64, epoch: Int, rank: Int = 0, ranks: Int = 1
  ) {
    var random = RandomSource(seed: RandomSource.seed(seed, UInt64(epoch)))
    let order = random.shuffled(0..<clips)
    self.init(order: order, batchSize: batchSize, dropLast: dropLast, rank: rank, ranks: ranks)
  }

  /// P speakers with `clipsPerSpeaker` clips each in every global batch (mvector's PKSampler): speakers are drawn
  /// without repetition, and clips too where the speaker has enough.
  ///
  /// Throws `badArgument` when that cannot be.
  package init(
    speakers: [Int], clipsPerSpeaker: Int, batchSize: Int, dropLast: Bool, seed: UInt64, epoch: Int, rank: Int = 0,
    ranks: Int = 1
  ) throws(TrainingError) {
    let global = batchSize * ranks
    let places = Dictionary(grouping: speakers.indices, by: { speakers[$0] }).sorted { $0.key < $1.key }.map(\.value)
    guard global.isMultiple(of: clipsPerSpeaker) else {
      throw TrainingError(
        .badArgument, "dataset_conf.sample_per_id: a batch of \(global) is no multiple of \(clipsPerSpeaker)")
    }
    guard places.count >= global / clipsPerSpeaker else {
      throw TrainingError(
        .badArgument,
        "dataset_conf.sample_per_id: a batch of \(global) with \(clipsPerSpeaker) clips of each speaker needs"
          + " \(global / clipsPerSpeaker) speakers, the list has \(places.count)")
    }
    var random = RandomSource(seed: RandomSource.seed(seed, UInt64(epoch)))
    let count = dropLast ? speakers.count / global : (speakers.count + global - 1) / global
    var order: [Int] = []
    for _ in 0..<count {
      var batch: [Int] = []
      for own in random.shuffled(places).prefix(global / clipsPerSpeaker) {
        batch +=
          own.count >= clipsPerSpeaker
          ? Array(random.shuffled(own).prefix(clipsPerSpeaker))
          : (0..<clipsPerSpeaker).map { _ in own[random.below(own.count)] }
      }
      order += random.shuffled(batch)
    }
    self.init(order: order, batchSize: batchSize, dropLast: true, rank: rank, ranks: ranks)
  }

  /// The plan that an experiment asks for. Throws `badArgument` when that cannot be.
  init(
    _ experiment: ExperimentConfiguration, _ list: SpeakerList, seed: UInt64, epoch: Int, rank: Int = 0, ranks: Int = 1
  ) throws(TrainingError) {
    let loader = experiment.dataset.loader
    if loader.usePKSampler || experiment.loss.name == .triplet {
      try self.init(
        speakers: list.clips.map(\.speaker), clipsPerSpeaker: loader.samplesPerSpeaker, batchSize: loader.batchSize,
        dropLast: loader.dropLast, seed: seed, epoch: epoch, rank: rank, ranks: ranks)
    } else {
      self.init(
        clips: list.clips.count, batchSize: loader.batchSize, dropLast: loader.dropLast, seed: seed, epoch: epoch,
        rank: rank, ranks: ranks)
    }
  }

  /// What is wrong with a plan without a batch.
  static func empty(_ list: SpeakerList, _ loader: LoaderConfiguration) -> TrainingError {
    TrainingError(
      .badArgument, "dataset_conf: \(list.clips.count) clips do not fill a batch of \(loader.batchSize)")
  }

  private init(order: [Int], batchSize: Int, dropLast: Bool, rank: Int, ranks: Int) {
    precondition(batchSize > 0 && (0..<ranks).contains(rank), "batch of \(batchSize), rank \(rank) of \(ranks)")
    let global = batchSize * ranks
    let pieces = stride(from: 0, to: order.count, by: global).map { $0..<min($0 + global, order.count) }.filter {
      $0.count == global || (!dropLast && $0.count >= 2 * ranks)
    }
    globalSizes = pieces.map(\.count)
    batches = pieces.map { piece in
      let (begin, end) = (piece.count * rank / ranks, piece.count * (rank + 1) / ranks)
      return (piece.lowerBound + begin..<piece.lowerBound + end).map { Entry(clip: order[$0], place: $0) }
    }
  }
}
