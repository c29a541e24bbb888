import Synchronization
import VoiceRecognition
import VoiceStorage

/// Voiceprints as the world of the tests has them, after whatever the test does first.
struct WorldEmbedder: RecordingEmbedding {
  let world: PromotionWorld
  var before: @Sendable (Recording) async throws -> Void = { _ in }

  func voiceprint(of recording: Recording, epoch: EpochName) async throws -> Voiceprint {
    try await before(recording)
    return world.voiceprint(recording.content, epoch)
  }
}

/// Replicas that are as the test says.
final class ToldReplicas: ReplicaObserving {
  private let told: Mutex<ReplicaReadiness>
  private let asked = Atomic(0)

  init(_ readiness: ReplicaReadiness) { told = Mutex(readiness) }

  var count: Int { asked.load(ordering: .relaxed) }
  func tell(_ readiness: ReplicaReadiness) { told.withLock { $0 = readiness } }
  func readiness(of epoch: EpochName) async throws(RecognitionError) -> ReplicaReadiness {
    asked.add(1, ordering: .relaxed)
    return told.withLock { $0 }
  }
}

extension PromotionWorld {
  /// Runs a worker of its own beside `body`.
  func working<Result: Sendable>(
    embedder: WorldEmbedder? = nil, replicas: ToldReplicas = ToldReplicas(ReplicaReadiness(live: 1, ready: 1)),
    pause: Duration = .milliseconds(20), _ body: @Sendable (RegistryStorage) async throws -> Result
  ) async throws -> Result {
    let storage = try replica()
    var settings = PromotionRunnerSettings(worker: "second")
    settings.batch = 4
    settings.pause = pause
    settings.lease = .milliseconds(300)
    let runner = PromotionRunner(
      work: storage.promotions, embedder: embedder ?? WorldEmbedder(world: self), replicas: replicas,
      settings: settings)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await storage.run() }
      group.addTask { await runner.run() }
      let result = try await body(storage)
      group.cancelAll()
      return result
    }
  }

  /// Waits until a promotion is in one of the states, as a watcher sees it.
  func reach(
    _ states: Set<PromotionState>, _ promotion: Promotion, at storage: RegistryStorage
  ) async throws -> Promotion {
    struct Reached: Error {}
    let last = Latest()
    do {
      try await storage.promotions.watch(promotion.id) { promotion in
        last.set(promotion)
        if states.contains(promotion.state) { throw Reached() }
      }
    } catch is Reached {}
    return last.value ?? promotion
  }
}

private final class Latest: Sendable {
  private let promotion = Mutex<Promotion?>(nil)
  var value: Promotion? { promotion.withLock { $0 } }
  func set(_ value: Promotion) { promotion.withLock { $0 = value } }
}
