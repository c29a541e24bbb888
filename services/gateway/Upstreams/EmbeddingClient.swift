internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// The embedding service as the domain sees it.
struct EmbeddingClient: VoiceprintMaking {
  let upstream: Upstream

  func voiceprints(of features: [FeatureMatrix], epoch: EpochName) async throws -> [Voiceprint] {
    var request = EmbeddingV1.EmbedRequest()
    request.epoch = epoch.value
    request.features = features.map { .init($0) }
    let response = try await upstream.call(EmbeddingV1.EmbeddingService.embed, request)
    var voiceprints: [Voiceprint] = []
    for embedding in response.embeddings { voiceprints.append(try Voiceprint(embedding, field: "embedding")) }
    return voiceprints
  }
}
