internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceStorage

/// `voiceprint restore`: a backup in the place of the database.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup in the place of the database, while nothing serves.",
    discussion: """
      Whoever was erased after the backup is erased again, as the ledger says. What was there before stays until \
      all of it is done, and comes back if it fails. The local cluster must be down; with another database no \
      registry or trainer may be connected. Needs the service's keys, which are in no backup.
      """)

  @OptionGroup var options: DatabaseOptions
  @OptionGroup var ledger: LedgerOption
  @Argument(help: "A file that `voiceprint backup` wrote; FILE.json must be beside it.") var file: String
  @Flag(help: "Replace a database in which people are enrolled.") var replace = false
  @Flag(help: "Without a ledger: who was erased after the backup is there again.") var withoutLedger = false

  func run() async throws {
    try await reporting {
      let note = try checkedNote()
      let path = try checkedLedger()
      if options.isElsewhere {
        try await restore(note, into: options.connection(), path)
      } else {
        try await options.cluster.cluster().withDatabaseAlone { try await restore(note, into: $0, path) }
      }
    }
  }

  private func checkedNote() throws -> BackupNote {
    let note = try BackupNote.read(of: file)
    guard note.schema <= RestorePlace.newestSchema else {
      throw CommandError(
        "'\(file)' is of schema \(note.schema), this program knows \(RestorePlace.newestSchema): "
          + "restore it with a program at least as new as the one that wrote it")
    }
    guard try BackupNote.sum(file) == note.sha256 else {
      throw CommandError("'\(file)' is damaged: its checksum is not the one in '\(BackupNote.path(of: file))'")
    }
    return note
  }

  private func checkedLedger() throws -> String? {
    if withoutLedger { return nil }
    let path = try ledger.path(options)
    guard let path, FileManager.default.fileExists(atPath: path) else {
      throw CommandError(
        "there is no erasure ledger\(path.map { " '\($0)'" } ?? ""): name it with --ledger, as without it people who "
          + "were erased after the backup are there again; --without-ledger says that this is meant")
    }
    return path
  }

  private func restore(_ note: BackupNote, into database: String, _ ledger: String?) async throws {
    let place = RestorePlace(
      PostgresOptions(url: database, applicationName: "restore", queryTimeout: .seconds(3600)),
      logger: DatabaseOptions.logger)
    do {
      try await replaceContent(of: place, note, database, ledger)
    } catch {
      await place.close()
      throw error
    }
    await place.close()
    print(
      "\(file) is restored; "
        + (ledger == nil ? "nothing was erased again: there was no ledger" : "what the ledger names is erased again"))
  }

  private func replaceContent(
    of place: RestorePlace, _ note: BackupNote, _ database: String, _ ledger: String?
  ) async throws {
    let facts = try await place.facts()
    guard facts.connected.isEmpty else {
      throw CommandError("\(facts.connected.joined(separator: ", ")) use the database: stop them first")
    }
    guard facts.people == 0 || replace else {
      throw CommandError("\(facts.people) people are enrolled in the database: --replace gives them up for the backup")
    }
    try await place.setAside()
    do {
      try await PostgresDump().read(file, into: database)
      try await options.withStorage(ledger: ledger, of: database) { try await $0.finishRestore(of: note.sha256) }
    } catch {
      try await place.bringBack()
      throw error
    }
    try await place.dropAside()
  }
}
