internal import ArgumentParser
internal import VoiceMessages

/// Follows a job on the terminal to its end.
struct JobFollower: Sendable {
  let client: TrainerClient
  let job: String
  /// A folder for TensorBoard's curves; nil for none.
  var logDir: String?

  /// Shows what happens after an event; Ctrl-C ends the following alone. Throws when the job failed or was cancelled.
  func follow(after sequence: UInt64 = 0) async throws {
    let view = JobView(curves: logDir)
    do {
      try await cancelledByInterrupts {
        try await client.watch(job, after: sequence) { payload in
          switch payload {
          case .event(let event): view.show(event)
          case .position(let position): view.show(position)
          }
          return false
        }
        try Task.checkCancellation()
      }
    } catch is CancellationError {
      Terminal.say("\(job) goes on: `voiceprint jobs watch \(job)` follows it, `voiceprint jobs cancel \(job)` ends it")
      throw ExitCode(1)
    }
    switch view.end?.state {
    case .failed?: throw CommandError("\(job) failed: \(view.end?.message ?? "")")
    case .cancelled?:
      Terminal.say("\(job) was cancelled")
      throw ExitCode(1)
    default: break
    }
  }
}
