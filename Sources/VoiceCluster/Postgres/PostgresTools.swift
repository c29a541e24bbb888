internal import FoundationEssentials
internal import Glibc

extension PrivatePostgres {
  /// The programs of PostgreSQL, run on one data folder.
  struct Tools: Sendable {
    let folder: String
    let binaries: PostgresBinaries
    let account: PostgresAccount

    private var data: String { "\(folder)/data" }
    private var log: String { PrivatePostgres.log(in: folder) }

    /// Makes the data folder; one that was half made by an earlier run that was killed is made anew.
    func makeData(_ durability: Durability) async throws {
      let unfinished = "\(folder)/data.new"
      if FileManager.default.fileExists(atPath: unfinished) { try FileManager.default.removeItem(atPath: unfinished) }
      let sync = durability == .volatile ? ["--no-sync"] : []
      try await run(
        "initdb",
        ["--pgdata=\(unfinished)", "--username=voiceprint", "--auth=trust", "--encoding=UTF8", "--locale=C"] + sync,
        log: "initdb.log")
      try FileManager.default.moveItem(atPath: unfinished, toPath: data)
    }

    /// Starts the server itself, not `pg_ctl`, which would leave a daemon that nobody waits for.
    func startServer(
      _ durability: Durability, endingWithParent: Bool, patience: Duration
    ) async throws -> ChildProcess {
      try account.makeFile(log)
      let begin = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
      var settings = ["listen_addresses=", "unix_socket_directories=\(folder)", "port=5432"]
      if durability == .volatile { settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] }
      let server = try command("postgres", ["-D", data] + settings.flatMap { ["-c", $0] }, log: log)
        .throughSetpriv(user: account.user, endingWithParent: endingWithParent)
      let process = try await ChildProcess.start(server)
      do {
        try await LogFollower.line(of: process, log: log, after: begin, patience: patience) { line in
          line.contains("database system is ready to accept connections") ? () : nil
        }
        return process
      } catch {
        await process.end(with: SIGINT, within: .seconds(10))
        throw error
      }
    }

    /// Makes a database unless it is there. It is a connection too: when it succeeds, the server is ready.
    func makeDatabase(_ name: String) async throws {
      let arguments = ["--host=\(folder)", "--port=5432", "--username=voiceprint", "--", name]
      do { try await run("createdb", arguments, log: "createdb-\(name).log") } catch let error as ClusterError {
        guard error.message.contains("already exists") else { throw error }
      }
    }

    /// Runs a program to its end; its log stays only if it fails.
    private func run(_ program: String, _ arguments: [String], log name: String) async throws {
      let log = "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: log) { try FileManager.default.removeItem(atPath: log) }
      try await ChildProcess.run(try command(program, arguments, log: log).throughSetpriv(user: account.user))
      try FileManager.default.removeItem(atPath: log)
    }

    private func command(_ program: String, _ arguments: [String], log: String) -> Command {
      Command(binaries.path(of: program), arguments, log: log)
    }
  }
}
