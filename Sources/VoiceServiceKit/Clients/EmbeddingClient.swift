internal import VoiceMessages
package import VoiceRecognition

/// The embedding service as the domain sees it.
package struct EmbeddingClient: VoiceprintMaking {
  private let upstream: Upstream
  private let isBackground: Bool

  /// A client of the service behind `upstream`; in the background its calls give way to those of others.
  package init(upstream: Upstream, isBackground: Bool = false) {
    self.upstream = upstream
    self.isBackground = isBackground
  }

  /// One voiceprint for each matrix. Throws `RecognitionError`.
  package func voiceprints(of features: [FeatureMatrix], epoch: EpochName) async throws -> [Voiceprint] {
    var request = EmbeddingV1.EmbedRequest()
    request.epoch = epoch.value
    request.background = isBackground
    request.features = features.map { .init($0) }
    let response = try await upstream.call(EmbeddingV1.EmbeddingService.embed, request)
    var voiceprints: [Voiceprint] = []
    for embedding in response.embeddings { voiceprints.append(try Voiceprint(embedding, field: "embedding")) }
    return voiceprints
  }
}
