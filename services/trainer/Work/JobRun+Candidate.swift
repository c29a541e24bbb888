internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceStorage

extension JobRun {
  private var evaluation: EvaluationProcess {
    EvaluationProcess(process: TrainingProcess(settings: settings, folder: folder, control: control), files: files)
  }
  /// The best network, beside its configuration.
  private var weights: String { "\(folder)/best/model.safetensors" }
  private var configuration: String { "\(folder)/configuration.yml" }

  /// What the epoch multiplies, and so what it is measured with.
  private var precision: [String] { ["--precision", settings.precision.rawValue] }

  /// Makes the best network an epoch, measured in processes of their own, and publishes it; promotes it by the job's
  /// policy.
  ///
  /// The registry asks the job's lease: a trainer that has lost the job without knowing publishes and promotes nothing.
  func publish(root: String) async throws {
    let checkpoints = try await persistently { try await lease.checkpoints() }
    guard let best = checkpoints.first(where: \.isBest) ?? checkpoints.first(where: \.isLast) else { return }
    try await transfer.fetch(best, to: "\(folder)/best")
    let trials = try trials()
    var measured: EvaluationProcess.Measured?
    if let trials {
      measured = try await evaluation.measure(
        weights, configuration: configuration, root: root, trials, precision)
    }
    try await makeBundle(threshold: measured?.threshold)
    let provenance = try EpochProvenance(
      parent: spec.baseEpoch?.value, job: lease.job.id.value,
      evaluation: trials.flatMap { trials in
        try measured.map { try .init($0, dataset: spec.dataset, trials) }
      })
    let epoch = try await persistently {
      try await registry.publish("\(folder)/epoch", provenance: provenance, for: lease.leased)
    }
    let threshold = try await persistently { try await registry.manifest(of: epoch).threshold }
    let candidate = JobEvent.Candidate(
      epoch: epoch.value, threshold: threshold,
      evaluation: measured.map {
        .init(
          equalErrorRate: $0.eer, interval: $0.eer_interval, minimumCost: $0.min_dcf, targets: $0.targets,
          impostors: $0.impostors)
      })
    try await persistently { try await lease.append(.candidate(candidate)) }
    if let policy = lease.job.autoPromotion, let trials {
      let decision = try await decide(policy, epoch, root: root, trials)
      try await persistently { try await lease.append(.promotionDecision(decision)) }
    }
  }

  /// The lists of the configuration; nil without, and when the job wants no evaluation.
  private func trials() throws -> EvaluationProcess.Trials? {
    let dataset = try ExperimentConfiguration.parse(spec.configuration, file: "configuration").dataset
    guard spec.evaluates, let enroll = dataset.enrollList, let trials = dataset.trialsList else { return nil }
    return .product(enroll: enroll, trials: trials)
  }

  private func makeBundle(threshold: Double?) async throws {
    var arguments = [
      "import-model", weights, "--configs", configuration, "--out", "\(folder)/epoch", "--source",
      "\(lease.job.id)",
    ] + precision
    if settings.float32Fallback && settings.precision != .float32 { arguments.append("--float32-fallback") }
    if let threshold { arguments += ["--threshold", "\(min(1, max(-1, threshold)))"] }
    let process = TrainingProcess(settings: settings, folder: folder, control: control)
    let end = try await process.run(arguments, log: "import")
    guard end.status.isSuccess else {
      throw RecognitionError(
        .aborted, reason: "CANDIDATE",
        "the best network did not become an epoch: " + Self.withoutPlaces(end.lastWords, folder: folder))
    }
  }

  /// Compares the new epoch with that of the policy's collection on the same trials and begins a promotion if it is
  /// surely better. What speaks against it is in the decision, and no failure of the training.
  private func decide(
    _ policy: AutoPromotion, _ epoch: EpochName, root: String, _ trials: EvaluationProcess.Trials
  ) async throws -> JobEvent.PromotionDecision {
    let plan = try policy.plan(for: epoch)
    var decision = JobEvent.PromotionDecision(collection: policy.collection, currentEpoch: "")
    do {
      let current = try await persistently { try await registry.epoch(of: plan.collection) }
      decision.currentEpoch = current.value
      guard current != epoch else {
        decision.reason = "the collection has this epoch already"
        return decision
      }
      let bundle = try await persistently { try await registry.bundle(of: current, in: "\(folder)/current") }
      let compared = try await evaluation.measure(
        weights, configuration: configuration, root: root, trials,
        precision + ["--against", bundle.folder.path, "--improvement", "\(policy.improvement)"])
      decision.currentEqualErrorRate = compared.against?.eer
      decision.confidence = compared.against?.confidence
      guard let confidence = decision.confidence else {
        decision.reason = "the lists do not tell of five speakers or more who speaks, so nothing is sure"
        return decision
      }
      guard confidence >= policy.confidence else {
        decision.reason = "it is not sure enough that the new epoch is better: \(policy.confidence) was asked for"
        return decision
      }
      decision.promotion = try await persistently { try await registry.promote(plan, for: lease.leased) }
    } catch let error as RecognitionError where error.reason != JobLease.lost && control.reason == nil {
      // Not so when the process was ended because the job has to stop: that decides nothing.
      decision.reason = error.message
    }
    return decision
  }
}
