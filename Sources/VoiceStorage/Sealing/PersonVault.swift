internal import FoundationEssentials
internal import VoicePostgres
internal import VoiceRecognition

/// Seals and opens what is kept of one person, whose key was unwrapped once.
struct PersonVault: Sendable {
  let speaker: Int64
  /// Or why there is none; it is thrown when something sealed is met.
  private let key: Result<DataKey, RecognitionError>
  private let sealing: VoiceprintSealing

  init(speaker: Int64, key: Result<DataKey, RecognitionError>, sealing: VoiceprintSealing) {
    (self.speaker, self.key, self.sealing) = (speaker, key, sealing)
  }

  /// The person's key. Throws why there is none.
  func requireKey() throws(RecognitionError) -> DataKey { try key.get() }

  /// A voiceprint as it is to be stored.
  func stored(_ values: [Float], _ place: VoiceprintPlace) throws -> PostgresValue {
    guard sealing != .none else { return .floatBytes(values) }
    return .bytes(try StoredVoiceprint.seal(values, requireKey(), place))
  }

  /// A stored voiceprint: the one place where they are decoded. Safe to call from several threads.
  ///
  /// Throws `dataLoss` for what was changed or is another's, `failedPrecondition` without the service's key and for a
  /// plain one where all must be sealed.
  func values(_ row: PostgresRow, _ column: Int, _ place: VoiceprintPlace) throws -> [Float] {
    try row.withBytes(column) { bytes in
      if StoredVoiceprint.isSealed(bytes) { return try StoredVoiceprint.open(bytes, requireKey(), place) }
      guard sealing != .all else {
        throw RecognitionError(
          .failedPrecondition, reason: "VOICEPRINT_NOT_SEALED",
          "a stored voiceprint is not sealed, and this service takes sealed ones alone: run `voiceprint vault seal`, "
            + "unless it was finished before: then somebody has put the voiceprint there")
      }
      return try row.floatBytes(column)
    }
  }
}
