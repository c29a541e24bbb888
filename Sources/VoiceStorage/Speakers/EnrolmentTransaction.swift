internal import VoicePostgres
internal import VoiceRecognition

/// One enrolment: all of it or nothing.
struct EnrolmentTransaction: Sendable {
  let enrolment: Enrolment
  let changes: ChangeLog
  let vault: Vault

  func run(_ entry: inout AuditEntry, _ connection: isolated PostgresConnection) throws -> EnrolmentResult {
    let collection = try CollectionRow.find(enrolment.collection, lock: .enrol, connection)
    if collection.retainAudio == .encrypted { _ = try vault.requireRing() }
    let units = try enrolment.utterances.map { try collection.normalised($0.voiceprint) }
    let request = EnrolmentRequest(id: enrolment.requestID, speaker: enrolment.speaker, collection: collection)
    if let answer = try request.claim(connection) {
      entry.isWorthARow = false
      return answer
    }

    let (key, created, name) = try writeSpeaker(collection, connection)
    (entry.person, entry.count) = (name, units.count)
    let retains = collection.retainAudio == .encrypted && enrolment.utterances.contains { $0.recording != nil }
    let person = try vault.person(key, makesKey: vault.sealsVoiceprints || retains, connection)
    try writeUtterances(units, person, collection, connection)
    try TemplateRows.remake(of: person, epoch: collection.epochID, collection.epoch, connection)
    if created { try countSpeaker(collection, connection) }
    let speaker = try SpeakerRows.find(enrolment.speaker, in: collection, connection)
    let result = EnrolmentResult(speaker: speaker, created: created, replayed: false)
    try request.store(result, key: key, connection)
    try changes.append(collection: collection.id, speaker: key, connection)
    return result
  }

  /// Makes or changes the person, whose row stays locked: enrolments of one person come one after the other.
  private func writeSpeaker(
    _ collection: CollectionRow, _ connection: isolated PostgresConnection
  ) throws -> (key: Int64, created: Bool, name: String) {
    // A row that was inserted and not updated has no xmax.
    let row = try connection.query(
      """
      INSERT INTO speakers AS s (collection_id, speaker_id, display_name, labels) VALUES ($1, $2, coalesce($3, ''), $4)
      ON CONFLICT (collection_id, speaker_id) DO UPDATE SET display_name = coalesce($3, s.display_name),
        labels = s.labels || excluded.labels, updated_at = clock_timestamp()
      RETURNING speaker_key, xmax = 0,
        (SELECT count(*) FROM jsonb_object_keys(labels)), erasure_id
      """,
      [
        .int(collection.id), .text(enrolment.speaker.value), .text(enrolment.displayName),
        .json(try StoredJSON.encode(enrolment.labels)),
      ])[0]
    guard try row.int(2) <= Enrolment.maximumLabels else {
      throw RecognitionError.invalid("labels", "a person has at most \(Enrolment.maximumLabels), these would be more")
    }
    return (try row.int(0), try row.bool(1), try row.text(3))
  }

  private func writeUtterances(
    _ units: [[Float]], _ person: PersonVault, _ collection: CollectionRow, _ connection: isolated PostgresConnection
  ) throws {
    var recordings: [(String, Recording)] = []
    for (unit, utterance) in zip(units, enrolment.utterances) {
      let id = try connection.query(
        "INSERT INTO utterances (speaker_key, report) VALUES ($1, $2) RETURNING utterance_id",
        [.int(person.speaker), .json(try StoredJSON.encode(utterance.report))])[0].text(0)
      let place = VoiceprintPlace.utterance(id, speaker: person.speaker, epoch: collection.epochID)
      try connection.query(
        "INSERT INTO utterance_embeddings (utterance_id, epoch_id, embedding) VALUES ($1, $2, $3)",
        [.text(id), .int(collection.epochID), try person.stored(unit, place)])
      if collection.retainAudio == .encrypted, let recording = utterance.recording {
        recordings.append((id, recording))
      }
    }
    try AudioVault(vault: vault).store(recordings, of: person, connection)
  }

  private func countSpeaker(_ collection: CollectionRow, _ connection: isolated PostgresConnection) throws {
    try connection.query(
      "UPDATE collections SET speaker_count = speaker_count + 1 WHERE collection_id = $1", [.int(collection.id)])
  }
}
