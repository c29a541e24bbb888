internal import FoundationEssentials
internal import Glibc

/// A PostgreSQL server of our own: a data folder, a unix socket beside it, no TCP, no system service.
///
/// Only the account that made it (and root) can connect, because only they can reach the socket's folder.
package struct PrivatePostgres: Sendable {
  /// What a crash of the machine may cost.
  package enum Durability: Sendable, Hashable {
    /// Nothing that was committed.
    case durable
    /// Everything; for tests.
    case volatile
  }

  /// The folder with data, socket and log.
  package let folder: String
  /// The running server.
  package let process: ChildProcess

  /// The log of the server in that folder.
  package static func log(in folder: String) -> String { "\(folder)/postgres.log" }

  /// What libpq needs to connect to a database of the server in that folder.
  package static func connection(in folder: String, database: String = "voiceprint") -> String {
    "host=\(folder) port=5432 user=voiceprint dbname=\(database)"
  }

  /// What libpq needs to connect to a database.
  package func connection(database: String = "voiceprint") -> String {
    Self.connection(in: folder, database: database)
  }

  /// Starts the server in `folder`, makes its data first if there is none, and returns when a connection succeeds.
  ///
  /// With `endingWithParent` it stops when this process ends. Throws `missing` without an installed PostgreSQL,
  /// `badFolder` for a folder that its account cannot reach or whose path a socket cannot have, `notReady` with the
  /// log's end when it does not come up.
  package static func start(
    in folder: String, durability: Durability, endingWithParent: Bool = false, patience: Duration = .seconds(60)
  ) async throws -> PrivatePostgres {
    try checkSocketPath(in: folder)
    let account = try PostgresAccount.current()
    try account.makeFolder(folder)
    let tools = Tools(folder: folder, binaries: try .find(version: dataVersion(in: folder)), account: account)
    if dataVersion(in: folder) == nil { try await tools.makeData(durability) }
    let process = try await tools.startServer(durability, endingWithParent: endingWithParent, patience: patience)
    let server = PrivatePostgres(folder: folder, process: process)
    do { try await tools.makeDatabase("voiceprint") } catch {
      await server.stop()
      throw error
    }
    return server
  }

  /// Makes an empty database; nothing happens if there is one of that name.
  package func makeDatabase(_ name: String) async throws {
    let tools = try Tools(
      folder: folder, binaries: .find(version: Self.dataVersion(in: folder)), account: PostgresAccount.current())
    try await tools.makeDatabase(name)
  }

  /// Closes all connections, writes everything down and ends the server ("fast" shutdown).
  @discardableResult
  package func stop() async -> ExitStatus { await process.end(with: SIGINT, within: .seconds(30)) }

  /// Major version that made the data, or nil when there is none.
  private static func dataVersion(in folder: String) -> Int? {
    FileManager.default.contents(atPath: "\(folder)/data/PG_VERSION").flatMap {
      Int(String(decoding: $0, as: UTF8.self).prefix { $0.isNumber })
    }
  }

  /// The kernel's limit for the path of a unix socket is 107 bytes.
  private static func checkSocketPath(in folder: String) throws(ClusterError) {
    let path = socketPath(in: folder)
    guard folder.hasPrefix("/"), path.utf8.count <= 107 else {
      throw ClusterError(
        .badFolder,
        "\(path) is no path for a unix socket (absolute, at most 107 bytes): choose a shorter state folder "
          + "with --state or VOICEPRINT_STATE")
    }
  }
}
