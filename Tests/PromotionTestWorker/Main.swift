import Logging
import VoiceConcurrency
import VoicePostgres
import VoiceRecognition
import VoiceStorage

/// A worker of promotions in a process of its own, for tests that end it at a failpoint.
///
///     promotion-test-worker DATABASE OLD-EPOCH
///
/// Recordings are 4 bytes: the voiceprint itself in the old epoch, the other way round in every other. Works until it
/// is killed.
@main
enum Main {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { throw RecognitionError.invalid("arguments", "DATABASE OLD-EPOCH") }
    let logger = Logger(label: "worker")
    let storage = RegistryStorage(
      PostgresOptions(url: arguments[1]), poolSize: 4,
      compute: ComputePool(name: "search", threads: 1, queueLimit: 1),
      keys: KeyRing([try ServiceKey(bytes: [UInt8](repeating: 7, count: 32))]), logger: logger)
    var settings = PromotionRunnerSettings(worker: "test-worker")
    settings.lease = .milliseconds(300)
    settings.batch = 4
    let runner = PromotionRunner(
      work: storage.promotions, embedder: EchoEmbedder(old: try EpochName(arguments[2])), replicas: OneReplica(),
      settings: settings
    ) { message in
      logger.notice("\(message)")
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await storage.run() }
      group.addTask { await runner.run() }
    }
  }
}

private struct EchoEmbedder: RecordingEmbedding {
  let old: EpochName

  func voiceprint(of recording: Recording, epoch: EpochName) async throws -> Voiceprint {
    let bytes = epoch == old ? recording.content : recording.content.reversed()
    return Voiceprint(values: bytes.map(Float.init), epoch: epoch)
  }
}

private struct OneReplica: ReplicaObserving {
  func readiness(of epoch: EpochName) async throws(RecognitionError) -> ReplicaReadiness {
    ReplicaReadiness(live: 1, ready: 1)
  }
}
