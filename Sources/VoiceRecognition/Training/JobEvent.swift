/// Something that happened to a job, for those who follow it.
package struct JobEvent: Sendable, Hashable {
  /// A change of a job's state.
  package struct StateChange: Sendable, Hashable, Codable {
    /// The state from now on.
    package var state: JobState
    /// Who took the job.
    package var worker: String
    /// Why, for people.
    package var message: String

    /// A change of its parts.
    package init(_ state: JobState, worker: String = "", message: String = "") {
      (self.state, self.worker, self.message) = (state, worker, message)
    }
  }

  /// A stored checkpoint.
  package struct Checkpoint: Sendable, Hashable, Codable {
    /// Its name.
    package var name: String
    /// Whether its network is the best so far.
    package var isBest: Bool
    /// Length of its files in bytes.
    package var sizeBytes: Int

    /// A checkpoint of its parts.
    package init(name: String, isBest: Bool, sizeBytes: Int) {
      (self.name, self.isBest, self.sizeBytes) = (name, isBest, sizeBytes)
    }
  }

  /// An epoch made of the best network, measured on the lists of the experiment.
  package struct Candidate: Sendable, Hashable, Codable {
    /// What was measured.
    package struct Evaluation: Sendable, Hashable, Codable {
      /// Equal error rate, 0 to 1.
      package var equalErrorRate: Double
      /// The lower and the upper end of its 95 % interval; nil when it is not known who speaks.
      package var interval: [Double]?
      /// Least detection cost.
      package var minimumCost: Double
      /// Pairs of one speaker.
      package var targets: Int
      /// Pairs of two speakers.
      package var impostors: Int

      /// An evaluation of its parts.
      package init(
        equalErrorRate: Double, interval: [Double]?, minimumCost: Double, targets: Int, impostors: Int
      ) {
        (self.equalErrorRate, self.interval, self.minimumCost) = (equalErrorRate, interval, minimumCost)
        (self.targets, self.impostors) = (targets, impostors)
      }
    }

    /// Its name.
    package var epoch: String
    /// Its threshold.
    package var threshold: Double
    /// What was measured; nil without lists to evaluate on.
    package var evaluation: Evaluation?

    /// A candidate of its parts.
    package init(epoch: String, threshold: Double, evaluation: Evaluation?) {
      (self.epoch, self.threshold, self.evaluation) = (epoch, threshold, evaluation)
    }
  }

  /// What became of a policy that promotes by itself.
  package struct PromotionDecision: Sendable, Hashable, Codable {
    /// The collection.
    package var collection: String
    /// The epoch that it had.
    package var currentEpoch: String
    /// Equal error rate of that one on the same trials, 0 to 1; nil if it was not measured.
    package var currentEqualErrorRate: Double?
    /// How sure it is that the new one is better by as much as was asked for, 0 to 1.
    package var confidence: Double?
    /// The promotion that began; nil if none did.
    package var promotion: String?
    /// Why none began.
    package var reason: String?

    /// A decision that is still to be made.
    package init(collection: String, currentEpoch: String) {
      (self.collection, self.currentEpoch) = (collection, currentEpoch)
    }
  }

  /// What can happen.
  package enum Content: Sendable, Hashable {
    /// The state changed.
    case stateChange(StateChange)
    /// The training told something; positions are no events.
    case report(TrainingReport)
    /// A checkpoint is stored.
    case checkpoint(Checkpoint)
    /// The best network was published.
    case candidate(Candidate)
    /// The best network was compared with that of a collection.
    case promotionDecision(PromotionDecision)
  }

  /// Its number in the job, from 1.
  package var sequence: Int
  /// When it happened.
  package var time: Timestamp
  /// What happened.
  package var content: Content

  /// An event of its parts.
  package init(sequence: Int, time: Timestamp, content: Content) {
    (self.sequence, self.time, self.content) = (sequence, time, content)
  }
}

extension JobEvent.Content: Codable {
  private enum Key: String, CodingKey { case stateChange, checkpoint, candidate, promotionDecision, report }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let change = try container.decodeIfPresent(JobEvent.StateChange.self, forKey: .stateChange) {
      self = .stateChange(change)
    } else if let checkpoint = try container.decodeIfPresent(JobEvent.Checkpoint.self, forKey: .checkpoint) {
      self = .checkpoint(checkpoint)
    } else if let candidate = try container.decodeIfPresent(JobEvent.Candidate.self, forKey: .candidate) {
      self = .candidate(candidate)
    } else if let decision = try container.decodeIfPresent(
      JobEvent.PromotionDecision.self, forKey: .promotionDecision)
    {
      self = .promotionDecision(decision)
    } else {
      self = .report(try container.decode(TrainingReport.self, forKey: .report))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .stateChange(let change): try container.encode(change, forKey: .stateChange)
    case .checkpoint(let checkpoint): try container.encode(checkpoint, forKey: .checkpoint)
    case .candidate(let candidate): try container.encode(candidate, forKey: .candidate)
    case .promotionDecision(let decision): try container.encode(decision, forKey: .promotionDecision)
    case .report(let report): try container.encode(report, forKey: .report)
    }
  }
}
