internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

extension DatasetFile {
  /// A file from the wire; throws `invalidArgument` naming the field that is wrong.
  init(_ message: TrainerV1.DatasetFile) throws(RecognitionError) {
    self.init(
      path: try DatasetPath(message.path, field: "files.path"), sizeBytes: Int(clamping: message.sizeBytes),
      hash: try ContentHash(message.sha256, field: "files.sha256"), isList: message.isList)
  }
}

extension JobSubmission {
  /// A submission from the wire; throws `invalidArgument` naming the field that is wrong.
  init(_ message: TrainerV1.SubmitJobRequest) throws(RecognitionError) {
    guard let spec = message.spec else { throw .invalid("spec", "is missing") }
    try self.init(
      TrainingSpec(
        dataset: DatasetName(spec.dataset, field: "spec.dataset"), configuration: spec.configuration,
        augmentation: spec.augmentation.isEmpty ? nil : spec.augmentation,
        baseEpoch: EpochName.optional(spec.baseEpoch, field: "spec.base_epoch"), seed: spec.seed,
        evaluates: !spec.skipEvaluation),
      priority: Int(message.priority), requestID: message.requestId,
      autoPromotion: Self.policy(message.autoPromotion))
  }

  private static func policy(_ message: TrainerV1.AutoPromotion?) throws(RecognitionError) -> AutoPromotion? {
    guard let message else { return nil }
    return try AutoPromotion(message)
  }
}

extension AutoPromotion {
  /// A policy from the wire; throws `invalidArgument` naming the field that is wrong.
  init(_ message: TrainerV1.AutoPromotion) throws(RecognitionError) {
    var promotion = message.promotion ?? .init()
    guard promotion.toEpoch.isEmpty, !promotion.validateOnly, promotion.lease == nil else {
      throw .invalid("auto_promotion.promotion", "has to_epoch, validate_only or lease: the job's epoch is promoted")
    }
    if promotion.collection.isEmpty { promotion.collection = CollectionName.standard.value }
    // A plan has an epoch; that of the job is not known yet.
    promotion.toEpoch = "candidate"
    try self.init(
      PromotionPlan(promotion), improvement: message.eerImprovement,
      confidence: message.confidence == 0 ? Self.standardConfidence : message.confidence)
  }
}

extension TrainerV1.AutoPromotion {
  init(_ policy: AutoPromotion) {
    self.init()
    (eerImprovement, confidence) = (policy.improvement, policy.confidence)
    promotion = .with {
      $0.collection = policy.collection
      $0.unretainedPolicy = policy.proceedsWithoutAudio ? .proceed : .fail
      ($0.quorum, $0.utterancesPerSecond) = (policy.quorum, policy.utterancesPerSecond)
      $0.retain = .init(seconds: policy.retainSeconds)
    }
  }
}

extension EvaluationProcess.Trials {
  /// The lists of a request; throws `invalidArgument` unless there are both lists or pairs.
  init(_ message: TrainerV1.EvaluateRequest) throws(RecognitionError) {
    switch (message.enrollList.isEmpty, message.trialsList.isEmpty, message.pairs.isEmpty) {
    case (false, false, true):
      self = .product(
        enroll: try DatasetPath(message.enrollList, field: "enroll_list").value,
        trials: try DatasetPath(message.trialsList, field: "trials_list").value)
    case (true, true, false): self = .pairs(try DatasetPath(message.pairs, field: "pairs").value)
    default: throw .invalid("trials_list", "name enroll_list and trials_list, or pairs, and not both")
    }
  }
}

extension JobFilter {
  /// A filter from the wire; throws `invalidArgument` for a state that this version does not know.
  init(_ message: TrainerV1.ListJobsRequest) throws(RecognitionError) {
    var states: Set<JobState> = []
    for state in message.states {
      guard let known = JobState.allCases.first(where: { TrainerV1.JobState($0) == state }) else {
        throw .invalid("states", "\(state.rawValue) is no state")
      }
      states.insert(known)
    }
    let dataset = message.dataset.isEmpty ? nil : try DatasetName(message.dataset, field: "dataset")
    self.init(states: states, dataset: dataset)
  }
}

extension TrainerV1.JobState {
  init(_ state: JobState) {
    switch state {
    case .queued: self = .queued
    case .running: self = .running
    case .finished: self = .finished
    case .failed: self = .failed
    case .cancelled: self = .cancelled
    }
  }
}

extension TrainerV1.Dataset {
  init(_ record: DatasetRecord) {
    self.init()
    name = record.name.value
    digest = record.digest.value
    fileCount = UInt64(clamping: record.fileCount)
    sizeBytes = UInt64(clamping: record.sizeBytes)
    lists = record.lists.map { list in
      .with {
        ($0.path, $0.clips, $0.labels) = (list.path, UInt64(clamping: list.clips), UInt64(clamping: list.labels))
      }
    }
    createTime = .init(record.createTime)
  }
}

extension TrainerV1.Job {
  init(_ job: TrainingJob) {
    self.init()
    self.job = job.id.value
    spec = .with {
      $0.dataset = job.spec.dataset.value
      $0.configuration = job.spec.configuration
      $0.augmentation = job.spec.augmentation ?? ""
      $0.baseEpoch = job.spec.baseEpoch?.value ?? ""
      $0.seed = job.spec.seed
      $0.skipEvaluation = !job.spec.evaluates
    }
    priority = Int32(clamping: job.priority)
    state = .init(job.state)
    cancelling = job.isCancelling
    attempts = UInt32(clamping: job.attempts)
    worker = job.worker
    position = job.position.map { .init($0) }
    bestEer = job.bestEqualErrorRate
    error = job.error
    lastSequence = UInt64(clamping: job.lastSequence)
    createTime = .init(job.createTime)
    startTime = job.startTime.map { .init($0) }
    endTime = job.endTime.map { .init($0) }
    candidateEpoch = job.candidate?.value ?? ""
    autoPromotion = job.autoPromotion.map { .init($0) }
  }
}
