internal import VoiceMessages
package import VoiceRecognition

/// Makes voiceprints of retained recordings by the feature and the embedding service, as an enrolment does, but behind
/// all calls that somebody waits for.
package struct RecordingEmbedder: RecordingEmbedding {
  private let features: FeatureClient
  private let networks: EmbeddingClient
  private let epochs: EpochClient

  /// An embedder that calls these services.
  package init(feature: Upstream, embedding: Upstream, registry: Upstream) {
    features = FeatureClient(upstream: feature, isBackground: true)
    networks = EmbeddingClient(upstream: embedding, isBackground: true)
    epochs = EpochClient(upstream: registry)
  }

  /// The voiceprint of an epoch. Throws `RecognitionError`.
  package func voiceprint(of recording: Recording, epoch: EpochName) async throws -> Voiceprint {
    let frontEnd = try await epochs.epoch(epoch).manifest.frontEnd
    let (matrix, _) = try await features.features(of: .init(recording), frontEnd: frontEnd, field: "audio")
    guard let voiceprint = try await networks.voiceprints(of: [matrix], epoch: epoch).first else {
      throw RecognitionError(.internal, reason: "EMBEDDING_ANSWER", "the embedding service answered with no voiceprint")
    }
    return voiceprint
  }
}
