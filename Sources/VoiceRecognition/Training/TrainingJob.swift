/// What is to be trained.
package struct TrainingSpec: Sendable, Hashable {
  /// The data set.
  package var dataset: DatasetName
  /// Text of the experiment.
  package var configuration: String
  /// Text of mvector 1.1's `augmentation.yml`; nil takes the configuration's own augmentation.
  package var augmentation: String?
  /// The epoch whose network is the beginning.
  package var baseEpoch: EpochName?
  /// What all randomness follows from.
  package var seed: UInt64
  /// Whether each pass is followed by an evaluation.
  package var evaluates: Bool

  /// A training of its parts.
  package init(
    dataset: DatasetName, configuration: String, augmentation: String? = nil, baseEpoch: EpochName? = nil,
    seed: UInt64 = 0, evaluates: Bool = true
  ) {
    self.dataset = dataset
    self.configuration = configuration
    self.augmentation = augmentation
    self.baseEpoch = baseEpoch
    self.seed = seed
    self.evaluates = evaluates
  }
}

/// How far a job is.
package enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
  /// It waits for a trainer.
  case queued
  /// A trainer works on it.
  case running
  /// It was trained to its end.
  case finished
  /// It cannot be trained.
  case failed
  /// It was cancelled.
  case cancelled

  /// Whether it stays like this.
  package var isFinal: Bool { self != .queued && self != .running }
}

/// Identifier of a job.
package struct JobID: Sendable, Hashable, CustomStringConvertible {
  /// The identifier.
  package let value: String

  /// Checks an identifier from outside. Throws `invalidArgument` naming `field`.
  package init(_ value: String, field: String = "job") throws(RecognitionError) {
    self.value = try NameRule.check(value, field: field, maximum: 64)
  }
  package var description: String { value }
}

/// A training in the queue, or one that was.
package struct TrainingJob: Sendable, Hashable {
  /// Its identifier.
  package var id: JobID
  /// What is trained.
  package var spec: TrainingSpec
  /// Jobs of higher priority run first.
  package var priority: Int
  /// How far it is.
  package var state: JobState
  /// Whether it is to be cancelled and has not ended yet.
  package var isCancelling: Bool
  /// How many workers have taken it.
  package var attempts: Int
  /// Who has it, or had it last.
  package var worker: String
  /// Where it is; nil before the first batch.
  package var position: TrainingReport.Position?
  /// The best equal error rate so far.
  package var bestEqualErrorRate: Double?
  /// Why it failed.
  package var error: String
  /// Number of its last event.
  package var lastSequence: Int
  /// When it was submitted.
  package var createTime: Timestamp
  /// When it was first taken.
  package var startTime: Timestamp?
  /// When it ended.
  package var endTime: Timestamp?
  /// The epoch that its best network became.
  package var candidate: EpochName?
  /// When that is promoted by itself; nil for never.
  package var autoPromotion: AutoPromotion?

  /// A job of its parts.
  package init(
    id: JobID, spec: TrainingSpec, priority: Int, state: JobState, isCancelling: Bool, attempts: Int, worker: String,
    position: TrainingReport.Position?, bestEqualErrorRate: Double?, error: String, lastSequence: Int,
    createTime: Timestamp, startTime: Timestamp?, endTime: Timestamp?, candidate: EpochName? = nil,
    autoPromotion: AutoPromotion? = nil
  ) {
    self.id = id
    self.spec = spec
    self.priority = priority
    self.state = state
    self.isCancelling = isCancelling
    self.attempts = attempts
    self.worker = worker
    self.position = position
    self.bestEqualErrorRate = bestEqualErrorRate
    self.error = error
    self.lastSequence = lastSequence
    self.createTime = createTime
    self.startTime = startTime
    self.endTime = endTime
    self.candidate = candidate
    self.autoPromotion = autoPromotion
  }
}

/// What to queue.
package struct JobSubmission: Sendable, Hashable {
  /// Priorities that are taken.
  package static let priorities = -1000...1000

  /// What is to be trained.
  package var spec: TrainingSpec
  /// Jobs of higher priority run first.
  package var priority: Int
  /// The same id submits once; empty for none.
  package var requestID: String
  /// When the job's epoch is promoted by itself; nil for never.
  package var autoPromotion: AutoPromotion?

  /// A submission. Throws `invalidArgument` for an impossible priority or id.
  package init(
    _ spec: TrainingSpec, priority: Int = 0, requestID: String = "", autoPromotion: AutoPromotion? = nil
  ) throws(RecognitionError) {
    guard Self.priorities.contains(priority) else {
      throw .invalid("priority", "is \(priority), must be from -1000 to 1000")
    }
    self.spec = spec
    self.priority = priority
    self.autoPromotion = autoPromotion
    self.requestID = requestID.isEmpty ? "" : try NameRule.check(requestID, field: "request_id", maximum: 128)
  }
}

/// Which jobs of a listing are wanted.
package struct JobFilter: Sendable, Hashable {
  /// Only in these states; empty for all.
  package var states: Set<JobState>
  /// Only on this data set.
  package var dataset: DatasetName?

  /// All jobs, or fewer.
  package init(states: Set<JobState> = [], dataset: DatasetName? = nil) {
    self.states = states
    self.dataset = dataset
  }
}
