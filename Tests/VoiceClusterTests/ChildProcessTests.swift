import FoundationEssentials
import Glibc
import TestSupport
import Testing
import VoiceCluster

@Suite struct ChildProcessTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func shell(_ script: String, log: String = "log") -> Command {
    Command("/bin/sh", ["-c", script], log: folder.file(log))
  }
  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }

  @Test("The exit status and the output of a child are kept")
  func exitStatus() async throws {
    let child = try await ChildProcess.start(shell("echo out; echo err >&2; exit 7"))
    #expect(await child.exit() == .exited(7))
    #expect(child.status == .exited(7))
    #expect(try text("log") == "out\nerr\n")
  }

  @Test("A signal ends a child and is told as the reason")
  func signal() async throws {
    let child = try await ChildProcess.start(shell("exec sleep 1000"))
    #expect(child.status == nil)
    child.send(SIGTERM)
    #expect(await child.exit() == .killed(signal: SIGTERM))
    child.send(SIGTERM)  // nobody to reach any more
  }

  @Test("A child that ignores the signal is killed with its whole group when patience is over", .timeLimit(.minutes(1)))
  func impatience() async throws {
    let child = try await ChildProcess.start(shell("trap '' TERM; sleep 1000 & echo ready; wait; wait"))
    try await LogFollower.line(of: child, log: folder.file("log"), after: 0, patience: .seconds(10)) {
      $0 == "ready" ? () : nil
    }
    #expect(await child.end(within: .milliseconds(50)) == .killed(signal: SIGKILL))
    await LogLock.awaitFree(folder.file("log"))  // held by the `sleep` too: returns only if that is dead as well
  }

  @Test("A child leads a process group of its own, reads nothing, and inherits no file but its log")
  func isolation() async throws {
    let open = Glibc.open("/dev/zero", O_RDONLY)  // deliberately without close-on-exec
    defer { close(open) }
    let child = try await ChildProcess.start(shell("ps -o pgid= -p $$; ls /proc/self/fd | tr '\n' ' '; cat"))
    #expect(await child.exit().isSuccess)
    let lines = try text("log").split(separator: "\n")
    #expect(lines.first?.split(separator: " ") == ["\(child.pid)"])
    #expect(lines.last == "0 1 2 3 ")  // 3 is the folder that `ls` reads
  }

  @Test("What cannot be run is an error that names it")
  func missingProgram() async {
    let error = await #expect(throws: ClusterError.self) {
      try await ChildProcess.start(Command("/no/such/program", log: folder.file("log")))
    }
    #expect(error?.code == .missing && error?.message.contains("/no/such/program") == true)
  }

  @Test("A log belongs to one living process at a time")
  func logLock() async throws {
    let first = try await ChildProcess.start(shell("exec sleep 1000"))
    await #expect(throws: ClusterError.self) { try await ChildProcess.start(shell("true")) }
    await first.end(with: SIGKILL, within: .seconds(10))
    #expect(await (try ChildProcess.start(shell("true"))).exit().isSuccess)
  }

  @Test("A line of the log is found, also when it was there before the wait began")
  func followLog() async throws {
    let child = try await ChildProcess.start(
      shell("echo one; printf 'LIST'; sleep 0.05; echo 'ENING 51'; exec sleep 1000"))
    func port() async throws -> Int {
      try await LogFollower.line(of: child, log: folder.file("log"), after: 0, patience: .seconds(10)) { line in
        line.hasPrefix("LISTENING ") ? Int(line.dropFirst(10)) : nil
      }
    }
    #expect(try await port() == 51)
    #expect(try await port() == 51)
    await child.end(within: .seconds(10))
  }

  @Test("Waiting for a line ends with the process, and the error quotes the log")
  func followLogOfTheDead() async throws {
    let child = try await ChildProcess.start(shell("echo 'no such key: colour'; exit 2"))
    let error = await #expect(throws: ClusterError.self) {
      try await LogFollower.line(of: child, log: folder.file("log"), after: 0, patience: .seconds(10)) { _ in
        Int?.none
      }
    }
    #expect(error?.message.contains("no such key: colour") == true && error?.message.contains("status 2") == true)
  }

  @Test("Waiting for a line can be cancelled and has an end")
  func followLogInVain() async throws {
    let child = try await ChildProcess.start(shell("exec sleep 1000"))
    let log = folder.file("log")
    let error = await #expect(throws: ClusterError.self) {
      try await LogFollower.line(of: child, log: log, after: 0, patience: .milliseconds(30)) { _ in Int?.none }
    }
    #expect(error?.code == .notReady)
    let wait = Task {
      try await LogFollower.line(of: child, log: log, after: 0, patience: .seconds(1000)) { _ in Int?.none }
    }
    wait.cancel()
    await #expect(throws: CancellationError.self) { try await wait.value }
    await child.end(within: .seconds(10))
  }
}
