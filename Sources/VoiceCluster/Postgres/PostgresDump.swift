internal import FoundationEssentials

/// A database as a file of `pg_dump`'s custom format, and back.
///
/// What others may see of the command line is `database`: a password belongs into PGPASSFILE.
package struct PostgresDump: Sendable {
  private let binaries: PostgresBinaries

  /// By the newest programs that are installed. Throws `missing`.
  package init() throws(ClusterError) { binaries = try .find() }

  /// Writes a snapshot of a database into a file that is not there yet. Throws `notReady` with what `pg_dump` says.
  package func write(_ database: String, to file: String) async throws {
    try await run("pg_dump", ["--format=custom", "--no-owner", "--file=\(file)", "--dbname=\(database)"], beside: file)
  }

  /// Reads a file into a database, all of it or nothing. Throws `notReady` with what `pg_restore` says.
  package func read(_ file: String, into database: String) async throws {
    try await run(
      "pg_restore",
      ["--single-transaction", "--exit-on-error", "--no-owner", "--clean", "--if-exists", "--dbname=\(database)", file],
      beside: file)
  }

  private func run(_ program: String, _ arguments: [String], beside file: String) async throws {
    let log = "\(file).log-\(UInt32.random(in: .min ... .max))"
    try await ChildProcess.run(Command(binaries.path(of: program), arguments, log: log))
    try FileManager.default.removeItem(atPath: log)
  }
}
