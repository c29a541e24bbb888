package import Glibc
internal import Synchronization
internal import VoiceConcurrency

/// A process that this one started; its end is an event that can be awaited.
///
/// A thread of its own starts the process and waits for its end. (The same thread for both, because the system ties
/// "end with the parent" to the thread that started the process.)
package final class ChildProcess: Sendable {
  /// Work to do, on the waiting thread, when the process has ended.
  typealias EndHandler = @Sendable (ExitStatus) -> Void

  private enum State {
    case running([EndHandler])
    case ended(ExitStatus)
  }

  /// Its process number, which is also that of its process group.
  package let pid: pid_t
  private let state: Mutex<State>

  private init(pid: pid_t) {
    self.pid = pid
    state = Mutex(.running([]))
  }

  /// Starts the command. Throws `missing` if the program cannot be run, `system` if the log belongs to another process.
  package static func start(_ command: Command) async throws -> ChildProcess {
    try await withCheckedThrowingContinuation { continuation in
      _ = WorkerThread(name: "child", stackBytes: 256 << 10) {
        do throws(ClusterError) {
          let child = ChildProcess(pid: try spawn(command))
          continuation.resume(returning: child)
          child.waitForEnd()
        } catch { continuation.resume(throwing: error) }
      }
    }
  }

  /// Runs the command to its end. Throws what the log says last if it fails.
  package static func run(_ command: Command) async throws {
    let status = try await start(command).exit()
    guard status.isSuccess else {
      throw ClusterError(
        .notReady, "\(command.executable) \(status); \(command.log) ends with\n\(Folder.tail(of: command.log))")
    }
  }

  /// Returns when the process has ended.
  package func exit() async -> ExitStatus {
    await withCheckedContinuation { continuation in whenEnded { continuation.resume(returning: $0) } }
  }

  /// Calls the handler once when the process has ended; at once if it has already.
  func whenEnded(_ handler: @escaping EndHandler) {
    let status = state.withLock { state -> ExitStatus? in
      switch state {
      case .ended(let status): return status
      case .running(let handlers):
        state = .running(handlers + [handler])
        return nil
      }
    }
    if let status { handler(status) }
  }

  /// How it ended, or nil while it runs.
  package var status: ExitStatus? {
    state.withLock { if case .ended(let status) = $0 { status } else { nil } }
  }

  /// Sends a signal; to a process that has ended, nothing.
  package func send(_ signal: Int32) {
    state.withLock { if case .running = $0 { kill(pid, signal) } }
  }

  /// Asks it to end with `signal`, kills its whole group if it has not done so in time, and gives how it ended.
  @discardableResult
  package func end(with signal: Int32 = SIGTERM, within patience: Duration) async -> ExitStatus {
    send(signal)
    return await withTaskGroup(of: ExitStatus?.self) { group in
      group.addTask { await self.exit() }
      group.addTask {
        // A cancelled sleep means that the process has ended: there is nothing left to kill.
        guard (try? await Task.sleep(for: patience)) != nil else { return nil }
        self.state.withLock { if case .running = $0 { kill(-self.pid, SIGKILL) } }
        return nil
      }
      for await case let status? in group {
        group.cancelAll()
        return status
      }
      return await self.exit()
    }
  }

  /// Waits, on the thread of its own, first without reaping: until then the number cannot be given to another process.
  private func waitForEnd() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
    let (handlers, status) = state.withLock { state in
      var raw: Int32 = 0
      while waitpid(pid, &raw, 0) == -1 && errno == EINTR {}
      let status = ExitStatus(waitStatus: raw)
      defer { state = .ended(status) }
      guard case .running(let handlers) = state else { return ([EndHandler](), status) }
      return (handlers, status)
    }
    for handler in handlers { handler(status) }
  }
}
