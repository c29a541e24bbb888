internal import Crypto
internal import VoicePostgres
internal import VoiceRecognition

/// Keeps recordings that nobody reads without the service's key.
///
/// Each is sealed by AES-256-GCM under a random key of its person, which is itself wrapped by the service's key. The
/// person's key is one row that goes with the person: from then on the person's recordings cannot be read any more, not
/// even from what PostgreSQL has not yet overwritten, from its log or from a copy of the recordings' table.
struct AudioVault: Sendable {
  /// Without it nothing is kept and nothing is read.
  let key: ServiceKey?

  /// Throws `failedPrecondition` without a key.
  func requireKey() throws(RecognitionError) -> ServiceKey {
    guard let key else {
      throw RecognitionError(
        .failedPrecondition, reason: "AUDIO_KEY_MISSING",
        "this service has no key for retained audio: set audio_key_file in its configuration")
    }
    return key
  }

  /// Keeps recordings of a person, whose row the transaction has locked.
  func store(
    _ recordings: [(utterance: String, recording: Recording)], of speaker: Int64,
    _ connection: isolated PostgresConnection
  ) throws {
    if recordings.isEmpty { return }
    let secret = try speakerKey(speaker, makes: true, connection)
    for (utterance, recording) in recordings {
      let sealed = try Self.seal(recording.content, secret, Self.label(utterance, recording))
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
      SELECT u.speaker_key, a.sealed, a.encoding, a.sample_rate, a.channels
      FROM utterance_audio a JOIN utterances u USING (utterance_id) WHERE a.utterance_id = $1
      """, [.text(utterance)])
    guard let row = found.first else { return nil }
    guard let encoding = Recording.Encoding(rawValue: try row.text(2)) else { throw Self.damaged(utterance) }
    var recording = Recording(
      content: [], encoding: encoding, sampleRate: Int(try row.int(3)), channels: Int(try row.int(4)))
    let secret = try speakerKey(row.int(0), makes: false, connection)
    do {
      let box = try AES.GCM.SealedBox(combined: row.bytes(1))
      recording.content = Array(
        try AES.GCM.open(box, using: secret, authenticating: Self.label(utterance, recording)))
    } catch { throw Self.damaged(utterance) }
    return recording
  }

  /// Nonce, encrypted bytes and tag, as `AES.GCM.SealedBox(combined:)` reads them.
  private static func seal(_ plain: [UInt8], _ key: SymmetricKey, _ bound: [UInt8]) throws -> [UInt8] {
    let box = try AES.GCM.seal(plain, using: key, authenticating: bound)
    return Array(box.nonce) + box.ciphertext + box.tag
  }

  /// What a seal is bound to: nobody can give a recording another utterance or another reading.
  private static func label(_ utterance: String, _ recording: Recording) -> [UInt8] {
    Array("\(utterance) \(recording.encoding.rawValue) \(recording.sampleRate) \(recording.channels)".utf8)
  }

  private static func damaged(_ utterance: String) -> RecognitionError {
    RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the recording of utterance \(utterance) is damaged")
  }

  /// The key of a person, made if it is missing and wanted.
  private func speakerKey(
    _ speaker: Int64, makes: Bool, _ connection: isolated PostgresConnection
  ) throws -> SymmetricKey {
    let service = try requireKey()
    let bound = Array("speaker \(speaker)".utf8)
    let select = "SELECT wrapped_key, service_key_id FROM speaker_secrets WHERE speaker_key = $1"
    if let row = try connection.query(select, [.int(speaker)]).first {
      return try unwrap(row, bound, service)
    }
    guard makes else {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the key of a person's recordings is missing")
    }
    let fresh = SymmetricKey(size: .bits256)
    let plain = fresh.withUnsafeBytes { Array($0) }
    let wrapped = try Self.seal(plain, service.key, bound)
    try connection.query(
      "INSERT INTO speaker_secrets (speaker_key, wrapped_key, service_key_id) VALUES ($1, $2, $3)",
      [.int(speaker), .bytes(wrapped), .text(service.id)])
    return fresh
  }

  private func unwrap(_ row: PostgresRow, _ bound: [UInt8], _ service: ServiceKey) throws -> SymmetricKey {
    guard try row.text(1) == service.id else {
      throw RecognitionError(
        .failedPrecondition, reason: "AUDIO_KEY_UNKNOWN",
        "recordings are encrypted with the key '\(try row.text(1))', this service has '\(service.id)'")
    }
    do {
      let plain = try AES.GCM.open(
        AES.GCM.SealedBox(combined: row.bytes(0)), using: service.key, authenticating: bound)
      return SymmetricKey(data: plain)
    } catch {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the key of a person's recordings is damaged")
    }
  }
}
