internal import FoundationEssentials
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
  }

  /// Runs a command to its end. It is asked to end (SIGTERM) when the job is to stop, and killed when it is lost or
  /// does not end in time. Throws `ClusterError` when it cannot be started.
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
    let (reasons, continuation) = AsyncStream.makeStream(of: JobControl.Reason.self)
    control.tell { continuation.yield($0) }
    let status = await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await reason in reasons {
          await child.end(with: SIGTERM, within: reason == .lost ? .zero : settings.patience)
        }
      }
      let status = await child.exit()
      control.tell(nil)
      continuation.finish()
      await group.waitForAll()
      return status
    }
    ended()
    return End(status: status, lastWords: Self.lastWords(in: log))
  }

  private func command(_ arguments: [String], ranks: Int, log: String) throws -> Command {
    var words = ["nice", "-n", "\(settings.niceness)"]
    // Of the data alone: what a program maps without touching it costs nothing.
    if settings.memoryMegabytes > 0 { words += ["prlimit", "--data=\(settings.memoryMegabytes << 20)"] }
    if ranks > 1 { words += settings.mpirun + ["-np", "\(ranks)"] }
    words.append(try settings.program.isEmpty ? Installation.current().programs + "/voiceprint" : settings.program)
    return try Command("/usr/bin/env", words + arguments, log: log).throughSetpriv(endingWithParent: true)
  }

  /// The last lines of a log, without the place where this host keeps the job.
  private static func lastWords(in log: String) -> String {
    guard let data = FileManager.default.contents(atPath: log) else { return "" }
    let text = String(decoding: data.suffix(4096), as: UTF8.self)
    return text.split(separator: "\n").suffix(5).joined(separator: "\n")
  }
}
