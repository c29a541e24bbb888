/// Turns audio into an epoch's features. The domain never looks into the audio: it is the adapter's own type.
package protocol FeatureExtracting: Sendable {
  /// A piece of audio as the adapter takes it.
  associatedtype Audio: Sendable

  /// Features of a piece of audio and what was measured on it. Throws `RecognitionError`; `field` names the audio.
  func features(of audio: Audio, frontEnd: FrontEnd, field: String) async throws -> (FeatureMatrix, AudioReport)
  /// The piece of audio as a collection keeps it that retains audio. Throws `RecognitionError`.
  func recording(of audio: Audio) throws(RecognitionError) -> Recording
}

/// Turns features into voiceprints. Throws `RecognitionError`.
package protocol VoiceprintMaking: Sendable {
  /// One voiceprint for each matrix, all of the epoch named.
  func voiceprints(of features: [FeatureMatrix], epoch: EpochName) async throws -> [Voiceprint]
}
