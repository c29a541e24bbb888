internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceStorage

/// `voiceprint audit`: who did what.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read and check the log of who did what, when, to whose data.",
    discussion: """
      Each row holds the hash of the row before. Keep what `anchor` prints elsewhere, as a database's owner could \
      write the whole log anew: `verify --anchor` finds that too.
      """,
    subcommands: [List.self, Verify.self, Anchor.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print rows, oldest first.",
      discussion: "A person is named by what chance gave, and by the identifier as long as there is one.")
    @OptionGroup var options: DatabaseOptions
    @Option(help: ArgumentHelp("Rows from this time on, as 2026-12-01 or 2026-12-01T08:30:00Z.", valueName: "time"))
    var since: String?
    @Option(help: "An action, as person.delete, or all of a kind, as person.")
    var action: String?
    @Option(help: "Rows about this collection.")
    var collection: String?
    @Option(help: "At most so many, the newest.")
    var limit = 1000
    @Flag(help: "Print a JSON object a line.") var json = false

    func validate() throws {
      guard limit > 0 else { throw ValidationError("--limit must be above 0") }
      _ = try time()
    }

    func run() async throws {
      var filter = AuditFilter()
      (filter.since, filter.action, filter.collection) = (try time(), action, collection)
      let rows = try await options.withStorage { try await $0.audit.list(filter, limit: limit) }
      if json {
        for row in rows { try printJSON(AuditLine(row)) }
        return
      }
      var table = TextTable("row", "time", "caller", "action", "collection", "who or what", "count", "outcome")
      for row in rows {
        let who = [row.speaker ?? row.person, row.object].filter { !$0.isEmpty }.joined(separator: " ")
        table.add(
          "\(row.sequence)", AuditLine.time(row), Terminal.printable(row.caller), row.action,
          Terminal.printable(row.collection), Terminal.printable(who), "\(row.count)", row.outcome)
      }
      print(table.text)
    }

    private func time() throws -> Int64? {
      guard let since else { return nil }
      let text = since.contains("T") ? since : since + "T00:00:00Z"
      guard let date = try? Date(text, strategy: .iso8601) else {
        throw ValidationError("--since is a time in UTC, as 2026-12-01 or 2026-12-01T08:30:00Z, not '\(since)'")
      }
      return Int64(date.timeIntervalSince1970) * 1_000_000
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute every hash anew; exit status 1 when the log is not what was written.")
    @OptionGroup var options: DatabaseOptions
    @Option(help: ArgumentHelp("What `voiceprint audit anchor` printed once.", valueName: "row:hash"))
    var anchor: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws { _ = try kept() }

    func run() async throws {
      let kept = try kept()
      switch try await options.withStorage({ try await $0.audit.verify(kept) }) {
      case .whole(let end):
        if json { return try printJSON(Verdict(whole: true, rows: end.sequence, hash: end.hash)) }
        print("the audit log is whole: \(end.sequence) rows, the last has the hash \(end.hash)")
      case .broken(let sequence, let what):
        if json {
          try printJSON(Verdict(whole: false, rows: sequence - 1, firstBroken: sequence, problem: what))
        } else {
          print("the audit log is broken: row \(sequence) \(what)")
        }
        throw ExitCode(1)
      }
    }

    private func kept() throws -> AuditAnchor? {
      guard let anchor else { return nil }
      guard let kept = AuditAnchor(anchor) else {
        throw ValidationError("--anchor is ROW:HASH, as `voiceprint audit anchor` prints it")
      }
      return kept
    }

    private struct Verdict: Encodable {
      let whole: Bool
      let rows: Int64
      var hash: String?
      var firstBroken: Int64?
      var problem: String?
    }
  }

  struct Anchor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the last row's number and hash, to be kept elsewhere.")
    @OptionGroup var options: DatabaseOptions

    func run() async throws { print(try await options.withStorage { try await $0.audit.anchor() }.text) }
  }
}

/// A row of the audit log as JSON.
struct AuditLine: Encodable {
  let row: Int64
  let time: String
  let caller: String
  let tenant: String
  let program: String
  let action: String
  let collection: String
  let person: String
  let speaker: String?
  let object: String
  let count: Int64
  let outcome: String
  let hash: String

  init(_ row: AuditRow) {
    (self.row, time) = (row.sequence, Self.time(row))
    (caller, tenant, program, action) = (row.caller, row.tenant, row.program, row.action)
    (collection, person, speaker, object) = (row.collection, row.person, row.speaker, row.object)
    (count, outcome, hash) = (row.count, row.outcome, row.hash)
  }

  /// The time of a row in UTC, to the millisecond.
  static func time(_ row: AuditRow) -> String {
    let date = Date(timeIntervalSince1970: Double(row.microseconds / 1000) / 1000)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
