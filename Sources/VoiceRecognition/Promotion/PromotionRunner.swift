/// Makes the voiceprint of a recording.
package protocol RecordingEmbedding: Sendable {
  /// The voiceprint of an epoch. Throws `RecognitionError`.
  func voiceprint(of recording: Recording, epoch: EpochName) async throws -> Voiceprint
}

/// How a worker goes about promotions.
package struct PromotionRunnerSettings: Sendable {
  /// The worker's name, for people.
  package var worker: String
  /// How long a promotion stays with a worker that does not answer any more.
  package var lease = Duration.seconds(15)
  /// How many voiceprints are written at once.
  package var batch = 16
  /// How many recordings are computed at the same time.
  package var parallel = 4
  /// How long to wait before replicas are asked again, and after a failure that may pass.
  package var pause = Duration.seconds(1)
  /// The longest time without a look for work, should no news of it come.
  package var idle = Duration.seconds(30)
  /// After so many flips that came too late because people were enrolled meanwhile, enrolments wait for the next.
  package var attemptsBeforeHold = 3

  /// The usual settings.
  package init(worker: String) { self.worker = worker }
}

/// Drives promotions: takes one that nobody drives, does what its state asks for, and begins again where another worker
/// was lost. Everything that must not be lost is in the storage.
package struct PromotionRunner<
  Work: PromotionWork, Embedder: RecordingEmbedding, Replicas: ReplicaObserving
>: Sendable {
  let work: Work
  let embedder: Embedder
  let replicas: Replicas
  let settings: PromotionRunnerSettings
  let report: @Sendable (String) -> Void

  /// A runner of its parts; `report` gets a sentence for the log at every step.
  package init(
    work: Work, embedder: Embedder, replicas: Replicas, settings: PromotionRunnerSettings,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.work = work
    self.embedder = embedder
    self.replicas = replicas
    self.settings = settings
    self.report = report
  }

  /// Works until the task is cancelled; then gives back what it has, for another worker to go on.
  package func run() async {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in work.changes() { wake.yield() } }
      var wakes = wakes.makeAsyncIterator()
      while !Task.isCancelled {
        let pause = await workOff()
        await withTaskGroup(of: Void.self) { timer in
          timer.addTask { if await Self.slept(pause) { wake.yield() } }
          await wakes.next()
          timer.cancelAll()
        }
      }
      group.cancelAll()
    }
  }

  /// Drives everything that is due; gives the time until more will be.
  package func workOff() async -> Duration {
    do {
      while !Task.isCancelled, let lease = try await work.take(worker: settings.worker, lease: settings.lease) {
        await drive(lease)
      }
      return min(try await work.timeUntilWork() ?? settings.idle, settings.idle)
    } catch {
      if !Task.isCancelled { report("promotions cannot be looked for: \(error)") }
      return settings.pause
    }
  }

  /// Drives one promotion as far as it goes, and keeps its lease meanwhile.
  private func drive(_ lease: PromotionLease) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await PromotionDrive(runner: self, lease: lease).run() }
      group.addTask { await keep(lease) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Returns when the lease is lost or the task cancelled.
  private func keep(_ lease: PromotionLease) async {
    while await Self.slept(settings.lease / 3) {
      do { _ = try await work.extend(lease, by: settings.lease) } catch {
        if (error as? RecognitionError)?.reason == "LEASE_LOST" { return }
        // The database may be back before the lease is over.
        report("the lease of promotion \(lease.promotion.id) was not extended: \(error)")
      }
    }
  }

  /// Whether the time went by; false when the task was cancelled.
  static func slept(_ time: Duration) async -> Bool {
    do {
      try await Task.sleep(for: time)
      return true
    } catch { return false }
  }
}
