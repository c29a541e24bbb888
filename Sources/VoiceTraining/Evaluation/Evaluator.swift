package import VoiceConfiguration
package import VoiceEvaluation
package import VoiceModels

/// Measures a network on the enrolment and trial lists of an experiment, every clip against every other, as mvector
/// does after each epoch; each clip is embedded alone.
package final class Evaluator: Sendable {
  private let list: TrialList
  private let embedder: ListEmbedder

  /// An evaluator of an experiment's lists, nil when it names none. Throws `EvaluationError` or ``TrainingError``.
  package init?(_ experiment: ExperimentConfiguration, root: String) throws {
    guard let enroll = experiment.dataset.enrollList, let trials = experiment.dataset.trialsList else { return nil }
    list = try .product(enrolFile: resolve(enroll, root: root), testFile: resolve(trials, root: root))
    embedder = try ListEmbedder(experiment, root: root)
  }

  /// The curve of all pairs, computed by so many threads; blocks meanwhile. Throws `badClips` naming a clip that cannot
  /// be read.
  package func curve(of network: SpeakerNetwork, threads: Int) throws -> DetectionCurve {
    try DetectionCurve(list.scores(EmbeddingMatrix(embedder.embed(list.clips, network, threads: threads))))
  }
}
