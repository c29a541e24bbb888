internal import Crypto
internal import VoicePostgres

/// A row of the audit log.
package struct AuditRow: Sendable, Hashable {
  /// 1, 2, 3, … without a gap.
  package let sequence: Int64
  /// When it was written, in microseconds since 1970 in UTC.
  package let microseconds: Int64
  /// Who asked: an identity, or an address.
  package let caller: String
  /// The caller's tenant; empty where there are none.
  package let tenant: String
  /// The program that did it.
  package let program: String
  /// What was done (`AuditAction`).
  package let action: String
  /// In which collection; empty where it concerns none.
  package let collection: String
  /// The random name of the person whom it concerns; empty where it concerns nobody in particular.
  package let person: String
  /// What else it concerns.
  package let object: String
  /// How many calls, utterances, people or files it stands for.
  package let count: Int64
  /// OK, or the reason of the refusal.
  package let outcome: String
  /// The hash of the row before; 64 zeros for the first.
  package let previousHash: String
  /// SHA-256 over the hash before and all other fields, in 64 hexadecimal digits.
  package let hash: String
  /// What the person is called, as long as there is one.
  package let speaker: String?

  static let columns = """
    a.sequence, a.made_at, a.caller, a.tenant, a.program, a.action, a.collection, a.person, a.object, a.calls,
    a.outcome, a.previous_hash, a.hash
    """

  /// Of a row of `columns`, and the person's identifier in the column after them if it was asked for.
  init(_ row: PostgresRow, speaker: String? = nil) throws {
    (sequence, microseconds, count) = (try row.int(0), try row.timestamp(1), try row.int(9))
    (caller, tenant, program, action) = (try row.text(2), try row.text(3), try row.text(4), try row.text(5))
    (collection, person, object) = (try row.text(6), try row.text(7), try row.text(8))
    (outcome, previousHash, hash) = (try row.text(10), try row.text(11), try row.text(12))
    self.speaker = speaker
  }

  /// The hash that the row must have: SHA-256 over the hash before and the fields in their order, each after its length
  /// in bytes and a colon, all of it UTF-8.
  package func expectedHash(after previous: String) -> String {
    var sum = SHA256()
    sum.update(data: Array(previous.utf8))
    let fields = [
      "\(sequence)", "\(microseconds)", caller, tenant, program, action, collection, person, object, "\(count)",
      outcome,
    ]
    for field in fields { sum.update(data: Array("\(field.utf8.count):\(field)".utf8)) }
    return Hexadecimal.text(sum.finalize())
  }
}

/// The end of the audit log at some time, to be kept elsewhere: whoever has it can tell whether what was there then is
/// still there.
package struct AuditAnchor: Sendable, Hashable {
  /// The number of the last row; 0 for an empty log.
  package let sequence: Int64
  /// Its hash.
  package let hash: String

  /// The hash before the first row.
  static let zeros = String(repeating: "0", count: 64)

  /// The anchor of a row.
  package init(sequence: Int64, hash: String) { (self.sequence, self.hash) = (sequence, hash) }

  /// An anchor as text; nil for what is none.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
      let bytes = Hexadecimal.bytes(String(parts[1]))
    else { return nil }
    self.init(sequence: sequence, hash: Hexadecimal.text(bytes))
  }

  /// `SEQUENCE:HASH`.
  package var text: String { "\(sequence):\(hash)" }
}
