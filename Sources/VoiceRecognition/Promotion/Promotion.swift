/// How far a promotion has come.
package enum PromotionState: String, Sendable, Hashable, CaseIterable {
  /// Waits for enough replicas to have loaded the new epoch and proved it by its probes.
  case staging = "STAGING"
  /// Voiceprints of the new epoch are made of all retained recordings.
  case reembedding = "REEMBEDDING"
  /// About to flip.
  case flipping = "FLIPPING"
  /// The new epoch serves; the old one is kept, so that it can be rolled back.
  case draining = "DRAINING"
  /// The voiceprints of the old epoch are gone.
  case finished = "FINISHED"
  /// It could not be done; the old epoch serves.
  case failed = "FAILED"
  /// It was ended before the flip; the old epoch serves.
  case cancelled = "CANCELLED"
  /// The old epoch serves again.
  case rolledBack = "ROLLED_BACK"

  /// Whether nothing comes after it.
  package var isFinal: Bool {
    switch self {
    case .staging, .reembedding, .flipping, .draining: false
    case .finished, .failed, .cancelled, .rolledBack: true
    }
  }
}

/// What becomes of a promotion when there are people whom the new epoch would not know.
package enum UnretainedPolicy: String, Sendable, Hashable, CaseIterable {
  /// It fails before the flip.
  case fail
  /// It goes on; those people must be enrolled anew and say so.
  case proceed
}

/// How a collection goes over from one epoch to another.
package struct Promotion: Sendable, Hashable {
  /// Given by the registry, unique; empty for one that was only checked.
  package var id: String
  /// What was asked for.
  package var plan: PromotionPlan
  /// The epoch that the collection had when it began.
  package var fromEpoch: EpochName
  /// How far it has come.
  package var state: PromotionState
  /// How many retained recordings the collection has.
  package var utterancesTotal: Int
  /// How many of them have a voiceprint of the new epoch.
  package var utterancesDone: Int
  /// How many people the new epoch would not know, or does not.
  package var speakersWithoutAudio: Int
  /// Why it failed; empty otherwise.
  package var error: String
  /// The promotion that this one rolls back.
  package var rollsBack: String?
  /// When it began.
  package var createTime: Timestamp
  /// When it last changed.
  package var updateTime: Timestamp
  /// When the collection got the new epoch.
  package var flipTime: Timestamp?

  /// A promotion that has just begun.
  package init(
    id: String, plan: PromotionPlan, fromEpoch: EpochName, state: PromotionState, createTime: Timestamp,
    updateTime: Timestamp
  ) {
    self.id = id
    self.plan = plan
    self.fromEpoch = fromEpoch
    self.state = state
    self.createTime = createTime
    self.updateTime = updateTime
    (utterancesTotal, utterancesDone, speakersWithoutAudio, error) = (0, 0, 0, "")
  }
}

extension Promotion {
  /// Why a promotion with the policy `fail` does not flip.
  package static func refusal(_ speakers: Int) -> String {
    "SPEAKERS_WITHOUT_AUDIO: the new epoch would not know \(speakers) people, as none of their recordings was "
      + "retained: start again with the policy PROCEED and enrol them anew"
  }
}
