internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceRecognition
internal import VoiceStorage

/// `voiceprint keys`: who may call the gateway. It works on the database itself: the first key could not be made with a
/// key, and a service that makes keys would be one more door to guard.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make, list and revoke the keys of those who call the gateway.",
    subcommands: [Create.self, List.self, Revoke.self], defaultSubcommand: List.self)

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key and print it, once.",
      discussion: """
        Only a salted hash is kept: who loses the key needs another. Gateways count limits each for itself.
        """)
    @OptionGroup var options: DatabaseOptions
    @Argument(help: "What people call the key, e.g. who has it.") var name: String
    @Option(
      parsing: .upToNextOption,
      help: "What it is good for: \(AccessScope.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scopes: [AccessScope] = [.recognize]
    @Option(help: ArgumentHelp("Whose collections it sees, and no others.", discussion: "Default: nobody's."))
    var tenant: String?
    @Option(help: ArgumentHelp("After how many days it ends. Default: never.", valueName: "days"))
    var expiresIn: Double?
    @Option(help: "Calls a second.") var callsPerSecond: Double?
    @Option(help: "Calls that may come at once. Default: those of one second.") var burst: Int?
    @Option(help: "Seconds of audio in an hour.") var audioSecondsPerHour: Double?
    @Option(help: "People in all collections of the tenant together.") var maxSpeakers: Int?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
      for (option, value) in [
        ("--expires-in", expiresIn), ("--calls-per-second", callsPerSecond), ("--burst", burst.map(Double.init)),
        ("--audio-seconds-per-hour", audioSecondsPerHour), ("--max-speakers", maxSpeakers.map(Double.init)),
      ] {
        guard let value else { continue }
        guard value > 0, value <= 1e6 else { throw ValidationError("\(option) must be above 0, at most 1000000") }
      }
      if burst != nil, callsPerSecond == nil { throw ValidationError("--burst needs --calls-per-second") }
    }

    func run() async throws {
      let token = AccessToken()
      let limits = AccessLimits(
        callsPerSecond: callsPerSecond, burst: burst, audioSecondsPerHour: audioSecondsPerHour, speakers: maxSpeakers)
      let end = expiresIn.map { Timestamp(microseconds: Int64((Date().timeIntervalSince1970 + $0 * 86_400) * 1e6)) }
      let key = try await reporting {
        try AccessKey(
          for: token, name: name, tenant: tenant.map { try TenantName($0) }, scopes: Set(scopes), limits: limits,
          expireTime: end)
      }
      try await options.withStorage { try await $0.keys.add(key) }
      if json { return try printJSON(["id": key.id, "key": token.text]) }
      print(token.text)
      Terminal.say("this is the only time that the key is shown; `voiceprint keys revoke \(key.id)` ends it")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the keys, the oldest first.")
    @OptionGroup var options: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let lines = try await options.withStorage { try await $0.keys.keys() }.map(Line.init)
      if json { return try printJSON(lines) }
      var table = TextTable("key", "name", "tenant", "scopes", "made", "last used", "state")
      for line in lines {
        table.add(
          line.id, line.name, line.tenant ?? "", line.scopes.joined(separator: " "), line.created,
          line.lastUsed ?? "never", line.state)
      }
      print(table.text)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a key for good.", discussion: "Gateways refuse it within seconds (access.cache_seconds).")
    @OptionGroup var options: DatabaseOptions
    @Argument(help: "The key's id, of `voiceprint keys list`.") var id: String

    func run() async throws {
      let wasGood = try await options.withStorage { try await $0.keys.revoke(id) }
      print(wasGood ? "\(id) is revoked" : "\(id) was revoked already")
    }
  }

  /// A key as it is printed.
  private struct Line: Encodable {
    let id: String
    let name: String
    let tenant: String?
    let scopes: [String]
    let created: String
    let expires: String?
    let lastUsed: String?
    let state: String

    init(_ key: AccessKey) {
      func text(_ moment: Timestamp?) -> String? {
        moment.map { Date(timeIntervalSince1970: Double($0.microseconds) / 1e6).formatted(.iso8601) }
      }
      (id, name, tenant) = (key.id, key.name, key.tenant?.value)
      scopes = key.scopes.map(\.rawValue).sorted()
      (created, expires, lastUsed) = (text(key.createTime) ?? "", text(key.expireTime), text(key.lastUseTime))
      let hasExpired = key.expireTime.map { Double($0.microseconds) / 1e6 <= Date().timeIntervalSince1970 } ?? false
      state = key.revokeTime != nil ? "revoked" : hasExpired ? "expired" : "good"
    }
  }
}

extension AccessScope: ExpressibleByArgument {}
