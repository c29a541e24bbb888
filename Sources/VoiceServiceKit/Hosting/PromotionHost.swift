package import Logging
package import VoiceRecognition

/// Hosts the runner of promotions in a service: give its `run` to the service's background work.
package struct PromotionHost<Work: PromotionWork, Replicas: ReplicaObserving>: Sendable {
  private let runner: PromotionRunner<Work, RecordingEmbedder, Replicas>

  /// A host of one worker that computes by the given services.
  package init(
    settings: PromotionRunnerSettings, work: Work, replicas: Replicas, feature: Upstream, embedding: Upstream,
    registry: Upstream, log: Logger
  ) {
    runner = PromotionRunner(
      work: work, embedder: RecordingEmbedder(feature: feature, embedding: embedding, registry: registry),
      replicas: replicas, settings: settings
    ) { message in
      log.notice("\(message)")
    }
  }

  /// Drives promotions until the task is cancelled.
  package func run() async { await runner.run() }
}
