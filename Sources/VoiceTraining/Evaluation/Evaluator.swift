internal import Synchronization
internal import VoiceAudio
internal import VoiceConcurrency
package import VoiceConfiguration
package import VoiceEvaluation
package import VoiceModels
internal import VoiceTensor

/// Measures a network on the enrolment and trial lists of an experiment, every clip against every other, as mvector
/// does after each epoch; each clip is embedded alone.
package final class Evaluator: Sendable {
  private let list: TrialList
  private let extractor: FeatureExtractor
  private let seconds: Double
  private let root: String
  /// Features by clip: they do not change from epoch to epoch.
  private let features = Mutex<[Int: Features]>([:])
  private static let valuesKept = 256 << 20

  /// An evaluator of an experiment's lists, nil when it names none. Throws `EvaluationError` or ``TrainingError``.
  package init?(_ experiment: ExperimentConfiguration, root: String) throws {
    guard let enroll = experiment.dataset.enrollList, let trials = experiment.dataset.trialsList else { return nil }
    list = try .product(enrolFile: resolve(enroll, root: root), testFile: resolve(trials, root: root))
    do { extractor = try FeatureExtractor(FrontEndConfiguration(experiment)) } catch {
      throw TrainingError(.badArgument, "preprocess_conf: \(error.message)")
    }
    seconds = experiment.dataset.evaluationMaxDuration
    self.root = root
  }

  /// The curve of all pairs, computed by so many threads; blocks meanwhile. Throws `badClips` naming a clip that cannot
  /// be read.
  package func curve(of network: SpeakerNetwork, threads: Int) throws -> DetectionCurve {
    let count = list.clips.count
    let results = Mutex([Result<[Float], TrainingError>?](repeating: nil, count: count))
    ThreadTeam(name: "evaluate", threads: threads).forEach(count) { index, _ in
      let result = Result { () throws(TrainingError) in try embed(index, network) }
      results.withLock { $0[index] = result }
    }
    let rows = try results.withLock { $0 }.compactMap { try $0?.get() }
    return try DetectionCurve(list.scores(EmbeddingMatrix(rows)))
  }

  private func embed(_ index: Int, _ network: SpeakerNetwork) throws(TrainingError) -> [Float] {
    let clip = list.clips[index]
    do {
      let features = try features(of: index)
      return try network.embed(features.values, frames: features.frames)
    } catch {
      throw TrainingError(.badClips, "\(clip.origin): \(clip.path): \(error)")
    }
  }

  private func features(of index: Int) throws -> Features {
    if let known = features.withLock({ $0[index] }) { return known }
    let path = resolve(list.clips[index].path, root: root)
    let bytes = try FileBytes.read(path, maximum: extractor.limits.maxBytes)
    let made: Features
    if path.hasSuffix(".npy") {
      let array = try NumpyFile.read(bytes)
      guard array.shape.count == 2, array.shape[1] == extractor.bins else {
        throw TrainingError(.badClips, "holds features \(array.shape), not [frames, \(extractor.bins)]")
      }
      made = Features(values: array.values, frames: array.shape[0], bins: array.shape[1])
    } else {
      made = try bytes.withUnsafeBytes { try extractor.extract($0, headSeconds: seconds).features }
    }
    features.withLock { known in
      if known.values.reduce(0, { $0 + $1.values.count }) < Self.valuesKept { known[index] = made }
    }
    return made
  }
}
