internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import VoiceCluster
internal import VoicePostgres
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
    guard database == nil, Self.variable("VOICEPRINT_DATABASE") == nil else { return nil }
    return ServiceKeyFile.path(in: try StateFolder.choose(cluster.state))
  }

  /// Runs `body` with the storage, whose warnings go to the error stream.
  func withStorage<Result>(_ body: (OperatorStorage) async throws -> Result) async throws -> Result {
    let path = try keyPath()
    let keys = try await reporting { try path.map { try KeyRing(file: $0) } }
    let storage = OperatorStorage(
      PostgresOptions(url: try connection(), applicationName: "voiceprint", queryTimeout: .seconds(600)), keys: keys,
      logger: Self.logger)
    let result: Result
    do { result = try await reporting { try await body(storage) } } catch {
      try? await storage.close()  // the first error is the one to tell
      throw error
    }
    try await reporting { try await storage.close() }
    return result
  }

  static var logger: Logger {
    var logger = Logger(label: "voiceprint") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return logger
  }

  private static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// The commands that work on the database itself.
enum StorageCommands {
  static let all: [any ParsableCommand.Type] = [VaultCommand.self, KeysCommand.self]
}
