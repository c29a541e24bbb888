package import Glibc

/// A process of the cluster as its record names it, also for a command that did not start it.
package struct ProcessRecord: Sendable, Hashable, Codable {
  /// What it is.
  package let service: ServiceKind
  /// Which of several, from 0.
  package let index: Int
  /// Its process number.
  package let pid: pid_t
  /// When it started, in clock ticks since the machine did: with `pid` this names one process for good.
  package let startTicks: UInt64
  /// The TCP port it listens on; PostgreSQL has none.
  package let port: Int?
  /// The TCP port that it tells its metrics on, when it does.
  package let metricsPort: Int?
  /// The file with its output.
  package let log: String

  enum CodingKeys: String, CodingKey {
    case service, index, pid
    case startTicks = "start_ticks"
    case port
    case metricsPort = "metrics_port"
    case log
  }

  /// Its name for people, e.g. `embedding-1`.
  package var name: String { "\(service.rawValue)-\(index)" }

  /// Whether it is listed before another: by kind, in the order of their start, then by index.
  func precedes(_ other: ProcessRecord) -> Bool {
    guard service != other.service else { return index < other.index }
    return ServiceKind.allCases.first { $0 == service || $0 == other.service } == service
  }

  /// Where a gRPC client finds it.
  package var target: String? { port.map { "ipv4:127.0.0.1:\($0)" } }

  /// The record of a child. Throws `notReady` with the log's end if it has ended already.
  init(
    _ service: ServiceKind, index: Int, child: ChildProcess, port: Int?, metricsPort: Int? = nil, log: String
  ) async throws(ClusterError) {
    guard let ticks = ProcessTable.startTicks(of: child.pid) else {
      let status = await child.exit()
      throw ClusterError(.notReady, "\(service.rawValue) \(status); \(log) ends with\n\(Folder.tail(of: log))")
    }
    (self.service, self.index, pid, startTicks) = (service, index, child.pid, ticks)
    (self.port, self.metricsPort, self.log) = (port, metricsPort, log)
  }

  /// Whether it still runs: a process of this number that started at another time is not ours.
  package var isAlive: Bool { ProcessTable.startTicks(of: pid) == startTicks }

  /// How long it has run, in seconds; nil when it does not.
  package var uptimeSeconds: Double? {
    isAlive ? ProcessTable.secondsSinceBoot().map { $0 - Double(startTicks) / ProcessTable.ticksPerSecond } : nil
  }

  /// Asks it to end and returns when it has; kills its whole group when patience is over.
  func end(with signal: Int32, within patience: Duration) async {
    guard isAlive else { return }
    kill(pid, signal)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await LogLock.awaitFree(log) }
      group.addTask {
        // A cancelled sleep means that it has ended: there is nothing left to kill.
        guard (try? await Task.sleep(for: patience)) != nil, isAlive else { return }
        kill(-pid, SIGKILL)
        await LogLock.awaitFree(log)
      }
      await group.next()
      group.cancelAll()
    }
  }
}

/// What the system says about processes, from /proc.
enum ProcessTable {
  /// Clock ticks a second, the unit of start times.
  static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

  /// When the process started, in clock ticks since boot; nil when there is none or only its exit status is left.
  static func startTicks(of pid: pid_t) -> UInt64? {
    guard let text = read("/proc/\(pid)/stat"), let nameEnd = text.lastIndex(of: ")") else { return nil }
    // The name is in parentheses and may hold anything; field 3, the state, comes next, and field 22 is the start.
    let fields = text[text.index(after: nameEnd)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }

  /// Seconds since the machine started.
  static func secondsSinceBoot() -> Double? {
    read("/proc/uptime")?.split(separator: " ").first.flatMap { Double($0) }
  }

  private static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(file, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
