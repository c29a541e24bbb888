internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import VoiceCluster
internal import VoicePostgres
internal import VoiceRecognition
internal import VoiceStorage

/// Which database an operator's command works on, beside the services that run.
struct DatabaseOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions
  @Option(
    help: ArgumentHelp(
      "The registry's database: a URL or key=value pairs of libpq.",
      discussion: "Default: $VOICEPRINT_DATABASE, else that of the local cluster.", valueName: "url"))
  var database: String?
  @Option(
    help: ArgumentHelp(
      "The file of the service's keys.",
      discussion: "Default: $VOICEPRINT_SERVICE_KEY_FILE, else that of the local cluster.", valueName: "file"))
  var keyFile: String?

  /// What libpq needs to connect.
  func connection() throws -> String {
    try database ?? Self.variable("VOICEPRINT_DATABASE") ?? cluster.record().database
  }

  /// The path of the service's keys; nil when another database than the local cluster's is meant and no file was named.
  func keyPath() throws -> String? {
    if let path = keyFile ?? Self.variable("VOICEPRINT_SERVICE_KEY_FILE") { return path }
    guard !isElsewhere else { return nil }
    return ServiceKeyFile.path(in: try StateFolder.choose(cluster.state))
  }

  /// Runs `body` with the storage, whose warnings go to the error stream.
  /// What is erased is written into the ledger; the audit log has who runs the command.
  func withStorage<Result>(
    ledger: String? = nil, of database: String? = nil, _ body: (OperatorStorage) async throws -> Result
  ) async throws -> Result {
    let path = try keyPath()
    let keys = try await reporting { try path.map { try KeyRing(file: $0) } }
    let storage = OperatorStorage(
      PostgresOptions(
        url: try database ?? connection(), applicationName: "voiceprint", queryTimeout: .seconds(600)), keys: keys,
      ledger: ledger.map { ErasureLedger(path: $0) }, logger: Self.logger)
    let result: Result
    do {
      result = try await reporting {
        try await Caller.$current.withValue(Self.operator) { try await body(storage) }
      }
    } catch {
      try? await storage.close()  // the first error is the one to tell
      throw error
    }
    try await reporting { try await storage.close() }
    return result
  }

  /// Who runs the command.
  private static var `operator`: Caller {
    Caller("operator:\(ProcessInfo.processInfo.userName)@\(ProcessInfo.processInfo.hostName)")
  }

  static var logger: Logger {
    var logger = Logger(label: "voiceprint") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return logger
  }

  /// Whether another database than the local cluster's is meant.
  var isElsewhere: Bool { database != nil || Self.variable("VOICEPRINT_DATABASE") != nil }

  static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// The commands that work on the database itself.
enum StorageCommands {
  static let all: [any ParsableCommand.Type] = [
    VaultCommand.self, KeysCommand.self, AuditCommand.self, ExportCommand.self, EraseCommand.self, BackupCommand.self,
    RestoreCommand.self,
  ]
}
