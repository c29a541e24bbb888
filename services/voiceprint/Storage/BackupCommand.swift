internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import VoiceCluster
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceStorage

/// `voiceprint backup`: the database as a file.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write the database into a file, while all serve.",
    discussion: """
      FILE is of pg_dump's custom format; FILE.json beside it says of which schema it is and what its checksum is. The \
      service's keys and the erasure ledger are not in it, or whoever has the backup could open it: keep them elsewhere.
      """)

  @OptionGroup var options: DatabaseOptions
  @Option(help: ArgumentHelp("A file that is not there yet.", valueName: "file")) var out: String

  func run() async throws {
    for path in [out, BackupNote.path(of: out)] where FileManager.default.fileExists(atPath: path) {
      throw CommandError("'\(path)' is there already: name a file that is not")
    }
    let unfinished = "\(out).unfinished-\(UInt32.random(in: .min ... .max))"
    try await reporting {
      let database = try options.connection()
      let place = RestorePlace(PostgresOptions(url: database), logger: DatabaseOptions.logger)
      let facts = try await place.facts()
      await place.close()
      guard facts.schema > 0 else { throw CommandError("the database holds nothing of ours") }
      // Whoever may read a backup may read names and, where nothing is sealed, voiceprints.
      umask(0o077)
      try await PostgresDump().write(database, to: unfinished)
      let note = BackupNote(
        schema: facts.schema, database: facts.lineage, people: facts.people, sha256: try BackupNote.sum(unfinished),
        time: Date.now.formatted(.iso8601))
      // An older schema is saved as it is: what writes rows would bring it up to date first.
      if facts.schema == RestorePlace.newestSchema {
        try await options.withStorage { try await $0.noteBackup(note.sha256) }
      }
      try note.write(of: out)
      try FileManager.default.moveItem(atPath: unfinished, toPath: out)
      print("\(out) holds schema \(note.schema) with \(note.people) people; the service's keys are not in it")
    }
  }
}

/// What stands beside a backup.
struct BackupNote: Codable {
  let schema: Int
  /// The lineage: which database, with all its copies.
  let database: String?
  let people: Int
  let sha256: String
  let time: String

  static func path(of file: String) -> String { file + ".json" }

  /// SHA-256 of a file, in hexadecimal digits.
  static func sum(_ file: String) throws -> String {
    let input = open(file, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw CommandError("'\(file)' cannot be read: \(String(cString: strerror(errno)))") }
    defer { close(input) }
    var digest = ContentDigest()
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(input, &bytes, bytes.count)
      guard count >= 0 else { throw CommandError("'\(file)' cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { return digest.value.value }
      digest.update(Array(bytes.prefix(count)))
    }
  }

  static func read(of file: String) throws -> BackupNote {
    let path = path(of: file)
    do { return try JSONDecoder().decode(BackupNote.self, from: Data(contentsOf: URL(filePath: path))) } catch {
      throw CommandError("'\(path)', which says what is in the backup, cannot be read: \(error)")
    }
  }

  func write(of file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try encoder.encode(self).write(to: URL(filePath: Self.path(of: file)))
  }
}
