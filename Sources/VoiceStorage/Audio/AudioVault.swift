internal import Crypto
internal import FoundationEssentials
internal import VoicePostgres
internal import VoiceRecognition

/// Keeps recordings, each sealed under the key of its person.
struct AudioVault: Sendable {
  let vault: Vault

  /// Keeps recordings of a person, whose row the transaction has locked.
  func store(
    _ recordings: [(utterance: String, recording: Recording)], of person: PersonVault,
    _ connection: isolated PostgresConnection
  ) throws {
    for (utterance, recording) in recordings {
      let sealed = try person.requireKey().seal(recording.content, boundTo: Self.label(utterance, recording))
      try connection.query(
        """
        INSERT INTO utterance_audio (utterance_id, sealed, size_bytes, encoding, sample_rate, channels)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
          .text(utterance), .bytes(sealed), .int(Int64(recording.content.count)),
          .text(recording.encoding.rawValue), .int(Int64(recording.sampleRate)), .int(Int64(recording.channels)),
        ])
    }
  }

  /// A recording that was kept; nil when there is none (any more).
  ///
  /// Throws `failedPrecondition` without the right key, `dataLoss` when it was changed.
  func recording(of utterance: String, _ connection: isolated PostgresConnection) throws -> Recording? {
    let found = try connection.query(
      """
      SELECT a.sealed, a.encoding, a.sample_rate, a.channels, s.speaker_key, s.collection_id, s.speaker_id,
        \(WrappedKey.columns)
      FROM utterance_audio a JOIN utterances u USING (utterance_id) JOIN speakers s USING (speaker_key)
      LEFT JOIN speaker_secrets k USING (speaker_key) WHERE a.utterance_id = $1
      """, [.text(utterance)])
    guard let row = found.first else { return nil }
    guard let encoding = Recording.Encoding(rawValue: try row.text(1)) else { throw Self.damaged(utterance) }
    var recording = Recording(
      content: [], encoding: encoding, sampleRate: Int(try row.int(2)), channels: Int(try row.int(3)))
    let person = PersonRow(key: try row.int(4), collection: try row.int(5), speaker: try row.text(6))
    let key = try vault.person(person, WrappedKey(row, 7)).requireKey()
    do {
      recording.content = Array(try key.open(row.bytes(0), boundTo: Self.label(utterance, recording)))
    } catch { throw Self.damaged(utterance) }
    return recording
  }

  /// What a seal is bound to: nobody can give a recording another utterance or another reading.
  private static func label(_ utterance: String, _ recording: Recording) -> SealLabel {
    SealLabel(
      plain: "\(utterance) \(recording.encoding.rawValue) \(recording.sampleRate) \(recording.channels)")
  }

  private static func damaged(_ utterance: String) -> RecognitionError {
    RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the recording of utterance \(utterance) is damaged")
  }
}
