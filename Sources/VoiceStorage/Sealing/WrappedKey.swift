internal import VoicePostgres
internal import VoiceRecognition

/// A person as the row that keys are bound to.
struct PersonRow: Sendable, Hashable {
  let key: Int64
  let collection: Int64
  let speaker: String
}

/// The key of a person as it is stored: sealed under a key of the service.
struct WrappedKey: Sendable {
  /// What a wrapped key is bound to.
  enum Binding: Int64, Sendable {
    /// The number of the person's row; what programs of before schema step 9 read.
    case row = 1
    /// The row, the collection and the identifier: a row that is given another name does not open any more.
    case person = 2
  }

  let bytes: [UInt8]
  let serviceKey: String
  let binding: Binding

  /// What a statement selects for `init`, of the table `k`.
  static let columns = "k.wrapped_key, k.service_key_id, k.binding"

  /// Reads `columns` from the one of that number on; nil for a person without a key. Throws `dataLoss`.
  init?(_ row: PostgresRow, _ column: Int) throws {
    if row.isNull(column) { return nil }
    guard let binding = Binding(rawValue: try row.int(column + 2)) else {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED", "a person's key is bound in a way that this program does not know")
    }
    (bytes, serviceKey, self.binding) = (try row.bytes(column), try row.text(column + 1), binding)
  }

  /// Wraps the key of a person.
  init(_ key: DataKey, of person: PersonRow, with service: ServiceKey, binding: Binding) throws {
    bytes = try DataKey(service.key).seal(key.bytes, boundTo: Self.label(person, binding))
    (serviceKey, self.binding) = (service.id, binding)
  }

  /// The key of the person. Throws `failedPrecondition` (`SERVICE_KEY_UNKNOWN`) when the ring lacks the service's key,
  /// `dataLoss` when this is not what was wrapped for the person.
  func unwrapped(for person: PersonRow, _ ring: KeyRing) throws(RecognitionError) -> DataKey {
    let service = try ring.key(serviceKey)
    do {
      return DataKey(bytes: try DataKey(service.key).open(bytes, boundTo: Self.label(person, binding)))
    } catch {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED", "the key of a person was changed, or it is another person's")
    }
  }

  private static func label(_ person: PersonRow, _ binding: Binding) -> SealLabel {
    switch binding {
    case .row: SealLabel(plain: "speaker \(person.key)")
    case .person: SealLabel("voiceprint data key", person.key, person.collection, text: person.speaker)
    }
  }
}
