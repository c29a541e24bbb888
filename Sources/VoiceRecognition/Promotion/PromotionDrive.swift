internal import VoiceConcurrency

/// One worker's way with one promotion, until it has flipped or ended, must wait, or is lost.
struct PromotionDrive<Work: PromotionWork, Embedder: RecordingEmbedding, Replicas: ReplicaObserving>: Sendable {
  let runner: PromotionRunner<Work, Embedder, Replicas>
  let lease: PromotionLease

  private var work: Work { runner.work }
  private var epoch: EpochName { lease.promotion.plan.toEpoch }

  /// Failures that may pass are tried again later, others end the promotion; the old epoch serves either way.
  func run() async {
    do { try await steps() } catch {
      if Task.isCancelled {
        await settle("given back") { try await work.release(lease, pause: .zero) }
        return
      }
      let failure = error as? RecognitionError
      runner.report("promotion \(lease.promotion.id): \(error)")
      if failure?.reason == "LEASE_LOST" { return }
      if let failure, !failure.mayPass {
        await settle("ended") { try await work.fail(lease, "\(failure.reason): \(failure.message)") }
      } else {
        await settle("given back") { try await work.release(lease, pause: runner.settings.pause) }
      }
    }
  }

  /// In a task of its own, as this one may be cancelled. What does not succeed now is settled by the lease's end.
  private func settle(_ what: String, _ body: @escaping @Sendable () async throws -> Void) async {
    if case .failure(let error) = await Task(operation: body).result {
      runner.report("promotion \(lease.promotion.id) was not \(what): \(error)")
    }
  }

  private func steps() async throws {
    var (lease, attempts) = (lease, 0)
    while true {
      try Task.checkCancellation()
      switch lease.promotion.state {
      case .staging:
        guard let next = try await stage(lease) else { return }
        lease = next
      case .reembedding:
        let missing = lease.promotion.utterancesTotal - lease.promotion.utterancesDone
        try await reembed(atMost: missing, rate: lease.promotion.plan.utterancesPerSecond)
        lease = try await work.advance(lease, to: .flipping)
        try Failpoint.hit("promotion.reembedded")
      case .flipping:
        // Making voiceprints may have taken hours: the replicas of then need not be those of now.
        if attempts == 0, try await quorum(lease) == nil { return }
        attempts += 1
        guard case .incomplete(let count) = try await flip(attempts) else { return }
        runner.report("promotion \(lease.promotion.id): \(count) recordings came meanwhile")
        lease = try await work.extend(lease, by: runner.settings.lease)
      case .draining:
        try Failpoint.hit("promotion.before_finish")
        try await work.finish(lease)
        try Failpoint.hit("promotion.after_finish")
        return runner.report("promotion \(lease.promotion.id): the old epoch is gone")
      case .finished, .failed, .cancelled, .rolledBack: return
      }
    }
  }

  /// Nil when it has to wait for replicas, or has failed.
  private func stage(_ lease: PromotionLease) async throws -> PromotionLease? {
    try Failpoint.hit("promotion.staging")
    guard let readiness = try await quorum(lease) else { return nil }
    let next = try await work.advance(lease, to: .reembedding)
    try Failpoint.hit("promotion.staged")
    if next.promotion.plan.policy == .fail, next.promotion.speakersWithoutAudio > 0 {
      try await work.fail(next, Promotion.refusal(next.promotion.speakersWithoutAudio))
      return nil
    }
    runner.report("promotion \(lease.promotion.id): \(readiness.ready) of \(readiness.live) replicas are ready")
    return next
  }

  /// Nil when too few replicas are ready and the promotion has to wait, or has failed as too many refuse the epoch.
  private func quorum(_ lease: PromotionLease) async throws -> ReplicaReadiness? {
    let readiness = try await runner.replicas.readiness(of: epoch)
    let quorum = lease.promotion.plan.quorum
    if readiness.reaches(quorum) { return readiness }
    guard let refusal = readiness.refused.first, !readiness.canReach(quorum) else {
      try await work.release(lease, pause: runner.settings.pause)
      return nil
    }
    let reason = "EPOCH_REFUSED: replica \(refusal.replica) refused epoch '\(epoch)': \(refusal.reason)"
    try await work.fail(lease, reason)
    runner.report("promotion \(lease.promotion.id): \(reason)")
    return nil
  }

  /// Makes voiceprints that are missing, the newest enrolments' too, no faster than `rate` a second unless that is 0:
  /// until none is, or about `count` are made, as where people are enrolled without a pause one is always missing.
  private func reembed(atMost count: Int, rate: Double) async throws {
    var left = count
    let limit = rate > 0 ? min(runner.settings.batch, max(1, Int(rate))) : runner.settings.batch
    repeat {
      let begin = ContinuousClock.now
      let utterances = try await work.unembedded(lease, limit: limit)
      if utterances.isEmpty { return }
      let voiceprints = try await voiceprints(of: utterances)
      try Failpoint.hit("promotion.before_store")
      try await work.store(lease, voiceprints)
      try Failpoint.hit("promotion.after_store")
      if rate > 0 {
        try await Task.sleep(until: begin + .seconds(Double(utterances.count) / rate), clock: .continuous)
      }
      left -= utterances.count
    } while left > 0
  }

  /// Some at the same time; what was deleted meanwhile is left out.
  private func voiceprints(of utterances: [String]) async throws -> [ReembeddedUtterance] {
    try await withThrowingTaskGroup(of: ReembeddedUtterance?.self) { group in
      var made: [ReembeddedUtterance] = []
      for (index, utterance) in utterances.enumerated() {
        if index >= runner.settings.parallel, let done = try await group.next() { done.map { made.append($0) } }
        group.addTask { try await voiceprint(of: utterance) }
      }
      for try await done in group { done.map { made.append($0) } }
      return made
    }
  }

  private func voiceprint(of utterance: String) async throws -> ReembeddedUtterance? {
    guard let recording = try await work.recording(of: utterance) else { return nil }
    do {
      let voiceprint = try await runner.embedder.voiceprint(of: recording, epoch: epoch)
      return ReembeddedUtterance(utterance: utterance, voiceprint: voiceprint)
    } catch var error as RecognitionError {
      error.message = "utterance \(utterance): \(error.message)"
      throw error
    }
  }

  /// After some that came too late, enrolments wait for one that cannot; no longer than it must take.
  private func flip(_ attempt: Int) async throws -> FlipOutcome {
    if attempt <= runner.settings.attemptsBeforeHold { return try await flipNow() }
    // Nothing can be enrolled meanwhile: what is found incomplete all the same is looked at again.
    try await work.holdingEnrolments(lease) {
      repeat { try await reembed(atMost: .max, rate: 0) } while try await flipNow().isIncomplete
    }
    return .flipped
  }

  private func flipNow() async throws -> FlipOutcome {
    try Failpoint.hit("promotion.before_flip")
    let outcome = try await work.flip(lease)
    try Failpoint.hit("promotion.after_flip")
    switch outcome {
    case .flipped: runner.report("promotion \(lease.promotion.id): the collection has epoch '\(epoch)'")
    case .refused(let count): runner.report("promotion \(lease.promotion.id) failed: \(Promotion.refusal(count))")
    case .incomplete: break
    }
    return outcome
  }
}
