internal import FoundationEssentials
internal import Glibc
internal import Synchronization
package import VoiceCluster

/// One private PostgreSQL for all tests of a process: started when the first test asks for it, gone with the process.
package actor TestPostgres {
  private static let shared = TestPostgres()
  private static let databaseCount = Atomic(0)
  private var server: Task<PrivatePostgres, any Error>?

  /// What libpq needs to connect to a new, empty database that no other test uses.
  package static func makeDatabase() async throws -> String {
    let server = try await shared.running()
    let name = "test_\(databaseCount.add(1, ordering: .relaxed).newValue)"
    try await server.makeDatabase(name)
    return server.connection(database: name)
  }

  /// A server of the test's own in `folder`, to be stopped and started by it.
  package static func start(in folder: String) async throws -> PrivatePostgres {
    try await .start(in: folder, durability: .volatile, endingWithParent: true)
  }

  private func running() async throws -> PrivatePostgres {
    if let server { return try await server.value }
    let start = Task {
      let folder = "/tmp/vp-test-postgres-\(getpid())"
      let server = try await Self.start(in: folder)
      endsAtExit.withLock { $0 = (server.process.pid, folder) }
      atexit { endServer() }
      return server
    }
    server = start
    return try await start.value
  }
}

/// The server to end when the process exits, and its folder.
private let endsAtExit = Mutex<(pid: pid_t, folder: String)?>(nil)

/// Ends the server at once ("immediate" shutdown), waits for it and removes its data: nothing of it is kept.
private func endServer() {
  guard let server = endsAtExit.withLock({ $0 }) else { return }
  kill(server.pid, SIGQUIT)
  while kill(server.pid, 0) == 0 { usleep(2000) }  // no task runs any more at exit, so no event can be awaited
  try? FileManager.default.removeItem(atPath: server.folder)
}
