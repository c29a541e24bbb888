package import VoiceRecognition

extension SpeakerStore {
  /// The recording of an utterance as it was sent; nil when it was not kept or is gone.
  ///
  /// Throws `failedPrecondition` without the key that it was encrypted with, `dataLoss` when it was changed.
  package func recording(of utterance: String) async throws(RecognitionError) -> Recording? {
    try await database.read { [vault] in try AudioVault(vault: vault).recording(of: utterance, $0) }
  }

  /// The recording of an utterance of a person. The audit log has it first. Throws what
  /// `recording(of:)` does too.
  package func recording(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> Recording {
    let entry = AuditEntry(.readRecording, collection: collection, object: utterance)
    return try await database.change(entry) { [vault] connection, entry in
      entry.person = try AuditLog.person(speaker, in: collection, connection) ?? ""
      let person = try SpeakerRows.find(speaker, in: try CollectionRow.find(collection, connection), connection)
      guard person.utterances.contains(where: { $0.id == utterance }) else {
        throw RecognitionError.missing("utterance", utterance)
      }
      guard let recording = try AudioVault(vault: vault).recording(of: utterance, connection) else {
        throw RecognitionError(
          .failedPrecondition, reason: "RECORDING_NOT_KEPT",
          "the recording of utterance \(utterance) was not kept: collection '\(collection)' did not retain audio",
          field: "utterance_id")
      }
      return recording
    }
  }
}
