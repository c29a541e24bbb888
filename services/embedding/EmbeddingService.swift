internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Runs an epoch's network: one utterance is one forward pass on one core, as many at once as there are cores.
struct EmbeddingService: RPCService {
  typealias Service = EmbeddingV1.EmbeddingService

  static let maximumUtterances = 64

  let store: EpochStore
  let pools: ComputePools

  func register(with router: inout Router) {
    router.handle(Service.embed) { request, _ in try await embed(request) }
    router.handle(Service.listEpochs) { _, _ in
      let states = await store.snapshot
      return .with { $0.epochs = .init(states) }
    }
    router.handle(Service.watchEpochs) { _, writer, _ in
      try await store.watch { states in try await writer.write(.with { $0.epochs = .init(states) }) }
    }
  }

  /// Watches have no end of their own, and a drain waits for every call.
  func serverWillStop() { store.endWatching() }

  private func embed(_ request: EmbeddingV1.EmbedRequest) async throws -> EmbeddingV1.EmbedResponse {
    let epoch = try EpochName(request.epoch)
    guard (1...Self.maximumUtterances).contains(request.features.count) else {
      throw RecognitionError.invalid(
        "features", "\(request.features.count) given, 1 to \(Self.maximumUtterances) are taken")
    }
    var utterances: [FeatureMatrix] = []
    for (index, message) in request.features.enumerated() {
      utterances.append(try FeatureMatrix(message, field: "features[\(index)]"))
    }
    let runtime = try await store.runtime(for: epoch)
    let results = try await embed(utterances, with: runtime, on: pools.pool(isBackground: request.background))
    return .with { response in
      response.embeddings = results.map { .init(Voiceprint(values: $0.values, epoch: epoch)) }
      response.computeMilliseconds = results.reduce(0) { $0 + $1.duration / .milliseconds(1) }
    }
  }

  private typealias Result = (values: [Float], duration: Duration)

  private func embed(
    _ utterances: [FeatureMatrix], with runtime: EpochRuntime, on pool: ComputePool
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      for (index, features) in utterances.enumerated() {
        group.addTask {
          try await pool.compute { flag in
            try flag.check()
            let begin = ContinuousClock.now
            do {
              let values = try runtime.embed(features)
              return (index, (values, ContinuousClock.now - begin))
            } catch let error as RecognitionError {
              throw error
            } catch {
              throw RecognitionError.invalid("features[\(index)]", "\(error)", reason: "BAD_FEATURES")
            }
          }
        }
      }
      var results = [Result?](repeating: nil, count: utterances.count)
      for try await (index, result) in group { results[index] = result }
      return results.compactMap { $0 }
    }
  }
}
