package import VoiceRecognition

extension SpeakerStore {
  /// The recording of an utterance as it was sent; nil when it was not kept or is gone.
  ///
  /// Throws `failedPrecondition` without the key that it was encrypted with, `dataLoss` when it was changed.
  package func recording(of utterance: String) async throws(RecognitionError) -> Recording? {
    try await database.read { [vault] in try vault.recording(of: utterance, $0) }
  }
}
