internal import VoicePostgres
internal import VoiceRecognition

/// Makes an enrolment with a request id happen once within a day, also when two arrive at the same time: the second
/// waits at the row of the first.
///
/// A person's stored answers go with the person: nothing that was deleted comes back out of here.
struct EnrolmentRequest: Sendable {
  let id: String
  let speaker: SpeakerID
  let collection: CollectionRow

  /// Takes the id, or gives the answer it had. Throws `alreadyExists` when it was used for another person.
  func claim(_ connection: isolated PostgresConnection) throws -> EnrolmentResult? {
    if id.isEmpty { return nil }
    let claimed = try connection.query(
      """
      INSERT INTO enrolment_requests AS r (collection_id, request_id, speaker_id) VALUES ($1, $2, $3)
      ON CONFLICT (collection_id, request_id) DO UPDATE
        SET speaker_id = excluded.speaker_id, speaker_key = NULL, answer = NULL, created_at = clock_timestamp()
        WHERE r.created_at < clock_timestamp() - interval '1 day'
      """, [.int(collection.id), .text(id), .text(speaker.value)])
    if claimed.affectedRows == 1 { return nil }
    return try earlierAnswer(connection)
  }

  /// Keeps the answer, and forgets some that are older than a day.
  func store(_ result: EnrolmentResult, key: Int64, _ connection: isolated PostgresConnection) throws {
    if id.isEmpty { return }
    try connection.query(
      "UPDATE enrolment_requests SET speaker_key = $3, answer = $4 WHERE collection_id = $1 AND request_id = $2",
      [.int(collection.id), .text(id), .int(key), .json(try StoredJSON.encode(StoredAnswer(result)))])
    try connection.query(
      """
      DELETE FROM enrolment_requests WHERE (collection_id, request_id) IN (
        SELECT collection_id, request_id FROM enrolment_requests
        WHERE created_at < clock_timestamp() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED)
      """)
  }

  private func earlierAnswer(_ connection: isolated PostgresConnection) throws -> EnrolmentResult {
    let rows = try connection.query(
      "SELECT speaker_id, answer FROM enrolment_requests WHERE collection_id = $1 AND request_id = $2",
      [.int(collection.id), .text(id)])
    guard let row = rows.first else {
      throw RecognitionError(.aborted, reason: "CONCURRENT_CHANGE", "the person was deleted meanwhile: try again")
    }
    let earlier = try row.text(0)
    // By bytes: `String` takes identifiers for equal whose bytes differ.
    guard earlier.utf8.elementsEqual(speaker.value.utf8) else {
      throw RecognitionError(
        .alreadyExists, reason: "REQUEST_ID_REUSED",
        "request_id '\(id)' was used to enrol another person: every enrolment needs an id of its own",
        field: "request_id")
    }
    return try StoredJSON.decode(StoredAnswer.self, row.json(1)).result(speaker, collection.epoch)
  }
}

/// The answer of an enrolment as JSON.
private struct StoredAnswer: Codable {
  struct StoredUtterance: Codable {
    let id: String
    let report: AudioReport
    let createTime: Int64
    /// Missing in answers that were stored before audio could be retained.
    let hasAudio: Bool?
  }
  let displayName: String
  let labels: [String: String]
  let utterances: [StoredUtterance]
  let createTime: Int64
  let updateTime: Int64
  let created: Bool

  init(_ result: EnrolmentResult) {
    displayName = result.speaker.displayName
    labels = result.speaker.labels
    utterances = result.speaker.utterances.map {
      StoredUtterance(id: $0.id, report: $0.report, createTime: $0.createTime.microseconds, hasAudio: $0.hasAudio)
    }
    createTime = result.speaker.createTime.microseconds
    updateTime = result.speaker.updateTime.microseconds
    created = result.created
  }

  func result(_ speaker: SpeakerID, _ epoch: EpochName) -> EnrolmentResult {
    let utterances = utterances.map {
      Utterance(
        id: $0.id, report: $0.report, createTime: Timestamp(microseconds: $0.createTime),
        hasAudio: $0.hasAudio ?? false)
    }
    return EnrolmentResult(
      speaker: Speaker(
        id: speaker, displayName: displayName, labels: labels, utterances: utterances, epoch: epoch,
        createTime: Timestamp(microseconds: createTime), updateTime: Timestamp(microseconds: updateTime)),
      created: created, replayed: true)
  }
}
