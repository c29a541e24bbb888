internal import Foundation
internal import Glibc
internal import VoiceCluster
internal import VoiceRecognition

/// Runs `voiceprint` as a process of its own beside the service: niced, bounded in memory and threads, and interrupted
/// by the system when the service is gone.
struct TrainingProcess: Sendable {
  let settings: TrainerConfiguration.WorkSettings
  /// Where logs go.
  let folder: String
  let control: JobControl

  /// How a process ended and the last it said.
  struct End: Sendable {
    let status: ExitStatus
    let lastWords: String
    /// The limit that it needed more memory than, MB; nil when that is not how it ended.
    var exceededMegabytes: Int?
  }

  /// Runs a command to its end. It is asked to end when the job is to stop, and killed when it is lost or does not end
  /// in time. Throws `ClusterError` when it cannot be started.
  func run(
    _ arguments: [String], log name: String, ranks: Int = 1, ended: @Sendable () -> Void = {}
  ) async throws -> End {
    let log = "\(folder)/\(name).log"
    let child: ChildProcess
    do { child = try await ChildProcess.start(try command(arguments, ranks: ranks, log: log)) } catch {
      ended()
      throw error
    }
    // The stream holds each reason to stop until it is looked at.
    let (stops, continuation) = AsyncStream.makeStream(of: Bool.self)
    control.tell { continuation.yield($0) }
    let status = await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await withDiscardingTaskGroup { ends in
          // Whoever may save still is not waited for any more when it is to end at once.
          for await atOnce in stops { ends.addTask { await end(child, atOnce: atOnce, ranks: ranks) } }
        }
      }
      let status = await child.exit()
      control.tell(nil)
      continuation.finish()
      group.cancelAll()
      return status
    }
    ended()
    let lack = settings.memoryMegabytes > 0 && !status.isSuccess && Self.lackedMemory(log)
    return End(
      status: ranks > 1 ? status.ofRanks : status, lastWords: Self.lastWords(in: log),
      exceededMegabytes: lack ? settings.memoryMegabytes : nil)
  }

  /// The task is cancelled when the process has ended.
  private func end(_ child: ChildProcess, atOnce: Bool, ranks: Int) async {
    guard ranks > 1 else {
      await child.end(with: SIGTERM, within: atOnce ? .zero : settings.patience)
      return
    }
    if !atOnce {
      // mpirun passes it on, and the ranks end together; asked to end (SIGTERM) it would give them a second.
      child.send(SIGUSR1)
      guard (try? await Task.sleep(for: settings.patience)) != nil else { return }
    }
    // It takes the ranks of all hosts with it.
    await child.end(with: SIGTERM, within: Self.patienceWithLauncher)
  }

  private static let patienceWithLauncher = Duration.seconds(10)

  func command(_ arguments: [String], ranks: Int, log: String) throws -> Command {
    // On whatever hosts mpirun starts the ranks, each of them is to stand back.
    var words = ranks > 1 ? settings.mpirun + ["-np", "\(ranks)"] : []
    words += ["nice", "-n", "\(settings.niceness)"]
    // Of the data alone: what a program maps without touching it costs nothing.
    if settings.memoryMegabytes > 0 { words += ["prlimit", "--data=\(settings.memoryMegabytes << 20)"] }
    words.append(try settings.program.isEmpty ? Installation.current().programs + "/voiceprint" : settings.program)
    return try Command("/usr/bin/env", words + arguments, log: log).throughSetpriv(endingWithParent: true)
  }

  /// The last lines of a log, without the place where this host keeps the job.
  private static func lastWords(in log: String) -> String {
    end(of: log, bytes: 4096).split(separator: "\n").suffix(5).joined(separator: "\n")
  }
}

extension TrainingProcess {
  /// Whether a process ended as the system gave it no memory, which its limit alone makes it do: Swift's runtime, C++'s
  /// and our own allocations then say so and abort, and a backtrace of some pages follows.
  private static func lackedMemory(_ log: String) -> Bool {
    let text = end(of: log, bytes: 1 << 20)
    return ["failed to allocate", "out of memory", "std::bad_alloc"].contains { text.contains($0) }
  }

  /// The last bytes of a log, which may be long; empty when it cannot be read.
  private static func end(of log: String, bytes: UInt64) -> String {
    guard let file = FileHandle(forReadingAtPath: log) else { return "" }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: size - min(size, bytes))
    return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
  }
}

extension ExitStatus {
  /// How a rank ended by what mpirun tells, as a shell would.
  fileprivate var ofRanks: ExitStatus {
    if case .exited(let status) = self, status > 128 { .killed(signal: status - 128) } else { self }
  }
}
