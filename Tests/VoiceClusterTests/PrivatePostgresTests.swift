import FoundationEssentials
import Glibc
import TestSupport
import Testing
import VoiceCluster

@Suite struct PrivatePostgresTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func query(_ sql: String, _ connection: String) async throws -> String {
    let log = folder.file("psql-\(UInt32.random(in: .min ... .max))")
    try await ChildProcess.run(Command("/usr/bin/psql", ["-qAtX", "-c", sql, connection], log: log))
    return try String(contentsOfFile: log, encoding: .utf8).trimmingSuffix { $0.isNewline }
  }

  @Test("What was committed is there after a stop and a start; the second start makes nothing anew")
  func restart() async throws {
    let place = folder.file("postgres")
    var server = try await TestPostgres.start(in: place)
    #expect(try await query("create table t(x int); insert into t values (7)", server.connection()) == "")
    #expect(await server.stop() == .exited(0))
    server = try await TestPostgres.start(in: place)
    #expect(try await query("select x from t", server.connection()) == "7")
    try await server.makeDatabase("other")
    try await server.makeDatabase("other")
    #expect(try await query("select current_database()", server.connection(database: "other")) == "other")
    await server.stop()
  }

  @Test("The server listens on its socket only, in a folder that nobody else can enter")
  func privacy() async throws {
    let server = try await TestPostgres.start(in: folder.file("postgres"))
    #expect(try await query("show listen_addresses", server.connection()) == "")
    let attributes = try FileManager.default.attributesOfItem(atPath: server.folder)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    await server.stop()
  }

  @Test("A path too long for a socket is refused before anything is made")
  func longPath() async throws {
    let long = folder.file(String(repeating: "x", count: 100))
    let error = await #expect(throws: ClusterError.self) { try await TestPostgres.start(in: long) }
    #expect(error?.code == .badFolder && error?.message.contains("VOICEPRINT_STATE") == true)
    #expect(!FileManager.default.fileExists(atPath: long))
  }

  @Test("A folder that the server's account cannot reach is named", .enabled(if: geteuid() == 0, "root's"))
  func unreachable() async throws {
    chmod(folder.path, 0o700)
    let error = await #expect(throws: ClusterError.self) { try await TestPostgres.start(in: folder.file("postgres")) }
    #expect(error?.code == .badFolder && error?.message.contains(folder.path) == true)
  }

  @Test("Every test gets an empty database of its own")
  func databases() async throws {
    async let first = TestPostgres.makeDatabase()
    async let second = TestPostgres.makeDatabase()
    let connections = try await [first, second]
    #expect(connections[0] != connections[1])
    for connection in connections {
      #expect(try await query("create table t(x int); select count(*) from t", connection) == "0")
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var copy = self
    while let last = copy.last, predicate(last) { copy.removeLast() }
    return copy
  }
}
