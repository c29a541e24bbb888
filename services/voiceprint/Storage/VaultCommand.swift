internal import ArgumentParser
internal import VoiceStorage

/// `voiceprint vault`: what is sealed, and the keys.
struct VaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault", abstract: "Seal voiceprints at rest, and change the service's keys, while all serve.",
    discussion: """
      Voiceprints and retained recordings are sealed (AES-256-GCM) under a key of each person, which is wrapped with a \
      key of the service. A rotation: `new-key` on one machine, the file to all registries and trainers, `rotate`, and \
      when no backup needs it any more `drop-key` of the old one.
      """,
    subcommands: [ShowStatus.self, Seal.self, NewKey.self, Rotate.self, DropKey.self],
    defaultSubcommand: ShowStatus.self)

  struct ShowStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Show what is sealed and under which keys.")
    @OptionGroup var options: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let status = try await options.withStorage { try await $0.vault.status() }
      let path = try options.keyPath()
      let held = try await reporting { try path.map { try KeyFile(path: $0).keys.map(\.id) } ?? [] }
      if json { return try printJSON(Line(status, held)) }
      print("voiceprints  \(status.sealed) sealed, \(status.plain) plain; \(status.recordings) recordings, all sealed")
      if status.looselyBound > 0 {
        print("keys         \(status.looselyBound) bound as of old: `voiceprint vault seal` binds them")
      }
      var table = TextTable("service key", "people", "in the file", "")
      for id in Set(held).union(status.peopleByKey.keys).union(status.currentKey.map { [$0] } ?? []).sorted() {
        table.add(
          id, "\(status.peopleByKey[id] ?? 0)", held.contains(id) ? "yes" : "no",
          id == status.currentKey ? "current" : "")
      }
      print(table.text)
    }
  }

  struct Seal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seal every voiceprint that is plain.",
      discussion: """
        Old copies stay in PostgreSQL's files until VACUUM FULL of templates and utterance_embeddings, and in older \
        backups. Afterwards seal_voiceprints: all makes registries and trainers refuse plain ones.
        """)
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
      let bar = StepBar("sealing")
      let count = try await options.withStorage { try await $0.vault.seal { bar.show($0, of: $1) } }
      bar.finish()
      print("sealed \(count) voiceprints")
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wrap everybody's key with the first key of the file.",
      discussion: "Registries and trainers must have the key in their files; they need no restart.")
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
      let bar = StepBar("wrapping keys")
      let count = try await options.withStorage { try await $0.vault.rotate { bar.show($0, of: $1) } }
      bar.finish()
      print("wrapped the keys of \(count) people anew")
    }
  }

  struct NewKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new-key", abstract: "Put a new key first into the file, which is made if it is missing.")
    @OptionGroup var options: DatabaseOptions

    func run() async throws {
      try await reporting {
        let path = try options.requireKeyPath()
        var file = try KeyFile(path: path)
        let key = try file.addKey()
        try file.write()
        print("\(key.id) is the first key of \(path); `voiceprint vault rotate` goes over to it")
      }
    }
  }

  struct DropKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "drop-key", abstract: "Take a key that nothing needs any more out of the file.",
      discussion: "Backups from before the rotation cannot be opened without it: keep a copy as long as they are kept.")
    @OptionGroup var options: DatabaseOptions
    @Argument(help: "The key's id, of `voiceprint vault status`.") var id: String

    func run() async throws {
      let status = try await options.withStorage { try await $0.vault.status() }
      if status.currentKey == id { throw CommandError("'\(id)' is the current key: rotate to another one first") }
      if let people = status.peopleByKey[id] {
        throw CommandError("the keys of \(people) people are wrapped with '\(id)': run `voiceprint vault rotate` first")
      }
      try await reporting {
        let path = try options.requireKeyPath()
        var file = try KeyFile(path: path)
        try file.removeKey(id)
        try file.write()
        print("\(id) is gone from \(path)")
      }
    }
  }

  private struct Line: Encodable {
    let currentKey: String?
    let peopleByKey: [String: Int]
    let keysInFile: [String]
    let sealed: Int
    let plain: Int
    let recordings: Int
    let looselyBound: Int

    init(_ status: VaultStatus, _ held: [String]) {
      (currentKey, peopleByKey, keysInFile) = (status.currentKey, status.peopleByKey, held)
      (sealed, plain, recordings, looselyBound) = (status.sealed, status.plain, status.recordings, status.looselyBound)
    }
  }
}

extension DatabaseOptions {
  /// The path of the service's keys, for commands that are about them.
  func requireKeyPath() throws -> String {
    guard let path = try keyPath() else { throw CommandError("name the file of the service's keys with --key-file") }
    return path
  }
}
