internal import VoiceTensor

/// How a corpus becomes mvector's three lists: speakers to train on, and others to evaluate with.
package struct CorpusSplit: Sendable, Hashable {
  /// Speakers that are kept for the evaluation.
  package var evaluationSpeakers: Int
  /// Clips of each of them that enrol the speaker; the others are trials.
  package var enrolmentsPerSpeaker: Int
  /// What decides who is kept: the same seed, the same lists.
  package var seed: UInt64

  /// A split of those sizes.
  package init(evaluationSpeakers: Int, enrolmentsPerSpeaker: Int = 1, seed: UInt64 = 0) {
    self.evaluationSpeakers = evaluationSpeakers
    self.enrolmentsPerSpeaker = enrolmentsPerSpeaker
    self.seed = seed
  }

  /// The three lists: clip and number of its speaker. Numbers of training count from 0, those of the evaluation too.
  package struct Lists: Sendable, Hashable {
    /// To train on.
    package var train: [SpeakerList.Clip] = []
    /// To enrol.
    package var enroll: [SpeakerList.Clip] = []
    /// To be compared with the enrolled.
    package var trials: [SpeakerList.Clip] = []
  }

  /// Splits the clips that are usable; no speaker is in training and evaluation.
  ///
  /// A corpus with an evaluation of its own (CN-Celeb) keeps it, and `evaluationSpeakers` is not looked at. Throws
  /// `badArgument` when there are too few speakers with enough clips.
  package func lists(of clips: [Corpus.Clip]) throws(TrainingError) -> Lists {
    var lists = Lists()
    let own = clips.filter { $0.purpose != .any }
    if !own.isEmpty {
      let names = Self.numbers(own.map(\.speaker))
      lists.enroll = own.filter { $0.purpose == .enrolment }.map { .init(path: $0.path, speaker: names[$0.speaker]!) }
      lists.trials = own.filter { $0.purpose == .trial }.map { .init(path: $0.path, speaker: names[$0.speaker]!) }
      let known = Set(own.map(\.speaker))
      lists.train = Self.numbered(clips.filter { $0.purpose == .any && !known.contains($0.speaker) })
      return lists
    }
    let kept = try evaluationNames(clips)
    lists.train = Self.numbered(clips.filter { !kept.contains($0.speaker) })
    var random = RandomSource(seed: seed &+ 1)
    let names = Self.numbers(Array(kept))
    for (speaker, clips) in Dictionary(grouping: clips.filter { kept.contains($0.speaker) }, by: \.speaker).sorted(
      by: { $0.key < $1.key })
    {
      let shuffled = random.shuffled(clips)
      let entry = { (clip: Corpus.Clip) in SpeakerList.Clip(path: clip.path, speaker: names[speaker]!) }
      lists.enroll += shuffled.prefix(enrolmentsPerSpeaker).map(entry)
      lists.trials += shuffled.dropFirst(enrolmentsPerSpeaker).map(entry)
    }
    return lists
  }

  /// The speakers that are kept: drawn among those with a clip to enrol and one more.
  private func evaluationNames(_ clips: [Corpus.Clip]) throws(TrainingError) -> Set<String> {
    let counts = Dictionary(grouping: clips, by: \.speaker).mapValues(\.count)
    let possible = counts.filter { $0.value > enrolmentsPerSpeaker }.keys.sorted()
    guard evaluationSpeakers <= possible.count, evaluationSpeakers < counts.count else {
      throw TrainingError(
        .badArgument,
        "\(evaluationSpeakers) speakers for the evaluation are too many: \(possible.count) of \(counts.count) have more"
          + " than \(enrolmentsPerSpeaker) usable clips, and one must be left to train on")
    }
    var random = RandomSource(seed: seed)
    return Set(random.shuffled(possible).prefix(evaluationSpeakers))
  }

  private static func numbered(_ clips: [Corpus.Clip]) -> [SpeakerList.Clip] {
    let names = numbers(clips.map(\.speaker))
    return clips.map { .init(path: $0.path, speaker: names[$0.speaker]!) }
  }

  /// Numbers from 0 on in the order of the names.
  private static func numbers(_ names: [String]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: Set(names).sorted().enumerated().map { ($0.element, $0.offset) })
  }
}
