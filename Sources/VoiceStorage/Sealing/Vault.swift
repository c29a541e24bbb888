internal import FoundationEssentials
internal import VoicePostgres
internal import VoiceRecognition

/// Which voiceprints are sealed in a service that has a key.
package enum VoiceprintSealing: String, Sendable, CaseIterable {
  /// None: for as long as programs run that know nothing of sealed ones.
  case none
  /// All that are written; plain ones of before are read.
  case new
  /// All: plain ones are refused, so that nobody who can write to the database can put one in the place of a sealed
  /// one. For after `voiceprint vault seal`.
  case all
}

/// Seals and opens what is kept of people.
///
/// Everything of a person is sealed under a random key of that person, which is itself wrapped by a key of the service.
/// The person's key is one row that goes with the person: from then on nothing of theirs can be read any more, not even
/// from what PostgreSQL has not yet overwritten, from its log or from a copy of the other tables.
struct Vault: Sendable {
  /// Without it nothing is sealed and nothing opened.
  let ring: KeyRing?
  let sealing: VoiceprintSealing

  init(ring: KeyRing?, sealing: VoiceprintSealing = .new) { (self.ring, self.sealing) = (ring, sealing) }

  /// Whether voiceprints that are written are sealed.
  var sealsVoiceprints: Bool { ring != nil && sealing != .none }

  /// The rotation's lock: whoever wraps a key shares it until the end of the transaction. Any class will do that no
  /// other program on the database uses.
  static let gate = "(30321, 0)"

  /// Throws `failedPrecondition` (`SERVICE_KEY_MISSING`) without a key.
  func requireRing() throws(RecognitionError) -> KeyRing {
    guard let ring else { throw Self.missingRing }
    return ring
  }

  static var missingRing: RecognitionError {
    RecognitionError(
      .failedPrecondition, reason: "SERVICE_KEY_MISSING",
      "this service has no key for what is sealed: set service_key_file in its configuration")
  }

  /// What seals and opens what is kept of a person; the key is made if it is missing and wanted, which needs the
  /// person's row locked. Throws `notFound` for a person who has gone.
  func person(
    _ key: Int64, makesKey: Bool, _ connection: isolated PostgresConnection
  ) throws -> PersonVault {
    guard let ring else { return PersonVault(speaker: key, key: .failure(Self.missingRing), sealing: .none) }
    let rows = try connection.query(
      """
      SELECT s.collection_id, s.speaker_id, \(WrappedKey.columns)
      FROM speakers s LEFT JOIN speaker_secrets k USING (speaker_key) WHERE s.speaker_key = $1
      """, [.int(key)])
    guard let row = rows.first else {
      throw RecognitionError(.aborted, reason: "CONCURRENT_CHANGE", "the person was deleted meanwhile")
    }
    let person = PersonRow(key: key, collection: try row.int(0), speaker: try row.text(1))
    if let wrapped = try WrappedKey(row, 2) { return opened(wrapped, person, ring) }
    guard makesKey else { return PersonVault(speaker: key, key: .failure(Self.missingKey), sealing: sealing) }
    let fresh = DataKey.random()
    try insert(fresh, of: person, ring, connection)
    return PersonVault(speaker: key, key: .success(fresh), sealing: sealing)
  }

  /// The same of a row that was read together with its wrapped key.
  func person(_ person: PersonRow, _ wrapped: WrappedKey?) -> PersonVault {
    guard let ring else { return PersonVault(speaker: person.key, key: .failure(Self.missingRing), sealing: .none) }
    guard let wrapped else {
      return PersonVault(speaker: person.key, key: .failure(Self.missingKey), sealing: sealing)
    }
    return opened(wrapped, person, ring)
  }

  private func opened(_ wrapped: WrappedKey, _ person: PersonRow, _ ring: KeyRing) -> PersonVault {
    let key = Result { () throws(RecognitionError) in try wrapped.unwrapped(for: person, ring) }
    return PersonVault(speaker: person.key, key: key, sealing: sealing)
  }

  private static var missingKey: RecognitionError {
    RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "the key of a person is missing")
  }
}

extension Vault {
  /// Keeps the key of a person, wrapped by the service's key that the database names as the current one: a service
  /// that has not heard of a rotation yet cannot wrap with the old key any more.
  private func insert(
    _ key: DataKey, of person: PersonRow, _ ring: KeyRing, _ connection: isolated PostgresConnection
  ) throws {
    // A statement of its own: one that had to wait for a rotation would see the key of before.
    try connection.query("SELECT pg_advisory_xact_lock_shared\(Self.gate)::text")
    let service = try current(ring, connection)
    let wrapped = try WrappedKey(key, of: person, with: service, binding: sealing == .none ? .row : .person)
    try connection.query(
      "INSERT INTO speaker_secrets (speaker_key, wrapped_key, service_key_id, binding) VALUES ($1, $2, $3, $4)",
      [.int(person.key), .bytes(wrapped.bytes), .text(wrapped.serviceKey), .int(wrapped.binding.rawValue)])
  }

  /// The current key; the first key of the first service that ever wraps one is it.
  private func current(_ ring: KeyRing, _ connection: isolated PostgresConnection) throws -> ServiceKey {
    if let id = try connection.query("SELECT current_key FROM vault")[0].optionalText(0) { return try ring.key(id) }
    try connection.query("UPDATE vault SET current_key = $1 WHERE current_key IS NULL", [.text(ring.first.id)])
    return try ring.key(connection.query("SELECT current_key FROM vault")[0].text(0))
  }
}
