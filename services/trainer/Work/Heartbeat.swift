internal import Logging
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceStorage

/// Keeps a job this trainer's while it works on it, and learns of its cancelling.
struct Heartbeat: Sendable {
  let lease: JobLease
  let news: News
  let control: JobControl
  let log: Logger

  /// Renews until the task is cancelled or the job is lost; which it is too when the database was away for a lease.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      // A third of the lease apart, and at once when there is news: the job may be cancelled.
      group.addTask {
        while (try? await Task.sleep(for: lease.length / 3)) != nil { news.publish() }
      }
      group.addTask { await renew() }
      await group.next()
      group.cancelAll()
    }
  }

  private func renew() async {
    var heldUntil = ContinuousClock.now + lease.length
    for await _ in news.subscribe() {
      if Task.isCancelled { return }
      let begin = ContinuousClock.now
      do {
        if try await lease.renew() { control.stop(.cancel) }
        heldUntil = begin + lease.length
      } catch where error.reason == JobLease.lost {
        log.warning("a job was lost", metadata: ["job": "\(lease.job.id)"])
        return control.stop(.lost)
      } catch {
        if ContinuousClock.now >= heldUntil { return control.stop(.lost) }
        if !Task.isCancelled { log.warning("a lease could not be renewed", metadata: ["error": "\(error.message)"]) }
      }
    }
  }
}
