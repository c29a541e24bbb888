internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceModels
internal import VoiceNN

/// When a classifier can begin with mean voiceprints.
enum Imprinting {
  private static let key = "train_conf.fine_tuning.imprint_classifier"
  static let noCosines = TrainingError(.badArgument, "\(key) needs a classifier of cosines without blocks")

  /// Throws `badArgument` for a classifier that cannot.
  static func check(
    _ kind: SpeakerClassifier.Kind, _ sizes: SpeakerClassifier.Sizes, speakers: Int
  ) throws(TrainingError) {
    guard kind == .cosine, sizes.blocks == 0 else { throw noCosines }
    guard sizes.speakers == speakers else {
      throw TrainingError(.badArgument, "\(key): speeds that count as speakers (speed_perturb_3_class) have no mean")
    }
  }
}

extension TrainableNetwork {
  /// Lets the classifier begin with the mean voiceprints of the list's speakers: a random one would first push the
  /// network away from what it has learnt.
  ///
  /// Throws `badArgument` for a classifier that cannot, `badClips` naming a clip that cannot be read.
  func imprint(_ list: SpeakerList, _ experiment: ExperimentConfiguration, root: String, threads: Int) throws {
    guard let classifier else { throw Imprinting.noCosines }
    try Imprinting.check(classifier.kind, classifier.sizes, speakers: list.speakerCount)
    let embedder = try ListEmbedder(experiment, root: root)
    let clips = list.clips.map { ListedClip(path: $0.path, origin: list.file) }
    let voiceprints = try embedder.embed(clips, speakerNetwork(), threads: threads)
    var sums = [[Float]](
      repeating: [Float](repeating: 0, count: classifier.sizes.inputs), count: list.speakerCount)
    for (clip, voiceprint) in zip(list.clips, voiceprints) {
      let unit = normalised(voiceprint)
      for index in unit.indices { sums[clip.speaker][index] += unit[index] }
    }
    classifier.imprint(sums.map(normalised), parameters)
  }

  /// The network as it is now, without what trains it. Throws ``NetworkError``.
  func speakerNetwork() throws -> SpeakerNetwork {
    let own = parameters.stored.filter { $0.key.hasPrefix("0.") }
    return try SpeakerNetwork(
      configuration: configuration,
      parameters: Dictionary(uniqueKeysWithValues: own.map { (String($0.key.dropFirst(2)), $0.value) }))
  }

  private func normalised(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }
}
