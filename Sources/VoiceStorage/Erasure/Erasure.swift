internal import Crypto
internal import VoicePostgres

/// Something that was erased: by a number and a name that chance gave, of which nobody learns who it was.
package struct Erasure: Sendable, Hashable {
  /// What was erased.
  package enum Kind: String, Sendable, Hashable {
    /// A collection with everyone in it.
    case collection
    /// A person.
    case speaker
    /// One utterance of somebody who stayed.
    case utterance
  }

  /// Tells the database with all its copies from others.
  package let lineage: String
  /// 1, 2, 3, … in the order in which they were committed.
  package let number: Int64
  /// What was erased.
  package let kind: Kind
  /// The random name of what was erased.
  package let id: String
  /// When, as PostgreSQL writes it in UTC.
  package let time: String

  /// What a statement selects for `init`, of `erasures e`.
  static let columns = """
    e.sequence, e.kind, e.erased_id, to_char(e.erased_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    """

  init(_ row: PostgresRow, lineage: String) throws {
    guard let kind = Kind(rawValue: try row.text(1)) else {
      throw PostgresError(.decoding, "an erasure is of the unknown kind '\(try row.text(1))'")
    }
    self.kind = kind
    self.lineage = lineage
    (number, id, time) = (try row.int(0), try row.text(2), try row.text(3))
  }

  /// A line of a ledger; nil for one that is damaged.
  init?(line: some StringProtocol) {
    guard let end = line.lastIndex(of: " ") else { return nil }
    self.init(content: String(line[..<end]))
    guard line[line.index(after: end)...] == checksum else { return nil }
  }

  /// A line without its checksum.
  init?(content: String) {
    let words = content.split(separator: Character(" "), omittingEmptySubsequences: false).map(String.init)
    guard words.count == 5, let number = Int64(words[1]), let kind = Kind(rawValue: words[2]) else { return nil }
    (lineage, self.number, self.kind, id, time) = (words[0], number, kind, words[3], words[4])
  }

  /// The line of a ledger, without its end.
  var line: String { "\(content) \(checksum)" }

  private var content: String { "\(lineage) \(number) \(kind.rawValue) \(id) \(time)" }
  private var checksum: String { Hexadecimal.text(SHA256.hash(data: Array(content.utf8)).prefix(8)) }
}
