import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing
import VoiceCluster

/// How starting and stopping go when a service fails; clusters that work are the integration tests' matter.
@Suite struct LocalClusterTests {
  private let folder: TemporaryFolder
  private let installation: Installation
  private let state: StateFolder
  private let plan: ClusterPlan

  init() throws {
    folder = try TemporaryFolder()
    installation = Installation(programs: folder.path, configurations: folder.path)
    state = StateFolder(folder.file("state"))
    var plan = ClusterPlan()
    plan.durability = .volatile
    self.plan = plan
  }

  /// A program in the place of the registry.
  private func installRegistry(_ script: String) throws {
    let path = try folder.write("#!/bin/sh\n\(script)\n".utf8, to: "voiceprint-registry")
    chmod(path, 0o755)
  }

  @Test("When a service does not come up, the error quotes its log and nothing is left running")
  func failedStart() async throws {
    try installRegistry(#"echo "database.url: $*" >&2; exit 3"#)
    let events = Mutex<[ClusterEvent]>([])
    let cluster = LocalCluster(in: state) { event in events.withLock { $0.append(event) } }
    let error = await #expect(throws: ClusterError.self) { try await cluster.up(plan, installation: installation) }
    #expect(error?.code == .notReady && error?.message.contains("--set database.url=host=") == true)
    #expect(error?.message.contains("status 3") == true)
    let names = events.withLock { $0 }.map { event in
      switch event {
      case .starting(let name): "starting \(name)"
      case .ready(let name, _): "ready \(name)"
      case .stopping(let name): "stopping \(name)"
      }
    }
    #expect(names == ["starting postgres-0", "ready postgres-0", "starting registry-0", "stopping postgres-0"])
    #expect(try cluster.record() == nil)
    #expect(try await cluster.down() == 0)
  }

  @Test("Cancelling a start stops what was started", .timeLimit(.minutes(1)))
  func cancelledStart() async throws {
    try installRegistry("exec sleep 1000")
    let started = AsyncStream<Void>.makeStream()
    let cluster = LocalCluster(in: state) { event in
      if event == .starting("registry-0") { started.continuation.yield() }
    }
    let start = Task { try await cluster.up(plan, installation: installation) }
    for await _ in started.stream { break }
    start.cancel()
    await #expect(throws: CancellationError.self) { try await start.value }
    #expect(try cluster.record() == nil)
    #expect(!FileManager.default.fileExists(atPath: "\(state.path)/postgres/.s.PGSQL.5432"))
  }

  @Test("While one command changes a cluster another is refused, and a stranger's pid is never signalled")
  func recordedProcesses() async throws {
    try installRegistry("echo $$ > \(folder.file("pid")); exec sleep 1000")
    let started = AsyncStream<Void>.makeStream()
    let cluster = LocalCluster(in: state) { event in
      if event == .starting("registry-0") { started.continuation.yield() }
    }
    let start = Task { try await cluster.up(plan, installation: installation) }
    for await _ in started.stream { break }
    let error = await #expect(throws: ClusterError.self) { try await cluster.down() }
    #expect(error?.code == .wrongState)
    start.cancel()
    _ = await start.result

    // A record that names this very process's number, but another start: `down` must leave it alone.
    let record = """
      {"database": "x", "processes": [{"service": "feature", "index": 0, "pid": \(getpid()), "start_ticks": 1,
        "port": 1, "log": "\(folder.file("none.log"))"}]}
      """
    _ = try folder.write(record.utf8, to: "state/cluster.json")
    let status = try await cluster.status()
    #expect(status.processes.map(\.health) == ["ENDED"] && !status.isServing)
    #expect(try await cluster.down() == 0)
    #expect(try cluster.record() == nil)
  }

  @Test("A damaged record is an error that names its file, and no cluster is a status without processes")
  func damagedRecord() async throws {
    let cluster = LocalCluster(in: state)
    #expect(try await cluster.status().processes.isEmpty)
    try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: true)
    _ = try folder.write("{".utf8, to: "state/cluster.json")
    let error = await #expect(throws: ClusterError.self) { try await cluster.status() }
    #expect(error?.message.contains("cluster.json") == true)
  }

  @Test("Missing programs are named with what to do")
  func missingPrograms() async throws {
    let error = await #expect(throws: ClusterError.self) {
      try await LocalCluster(in: state).up(plan, installation: installation)
    }
    #expect(error?.code == .missing && error?.message.contains("swift build") == true)
  }

  @Test(
    "The state folder is the one asked for, else the variable's, else the system's place",
    arguments: [
      ("/a/./b/", ["VOICEPRINT_STATE": "/v"], false, "/a/b"),
      (nil, ["VOICEPRINT_STATE": "/v", "XDG_STATE_HOME": "/x"], false, "/v"),
      (nil, ["VOICEPRINT_STATE": "", "XDG_STATE_HOME": "/x"], false, "/x/voiceprint"),
      (nil, ["HOME": "/people/ann"], false, "/people/ann/.local/state/voiceprint"),
      (nil, ["HOME": "/root"], true, "/var/lib/voiceprint"),
    ] as [(String?, [String: String], Bool, String)])
  func stateFolder(asked: String?, environment: [String: String], isRoot: Bool, expected: String) throws {
    #expect(try StateFolder.choose(asked, environment: environment, isRoot: isRoot).path == expected)
  }
}
