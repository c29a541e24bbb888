/// A promotion that a worker drives for a time; another may take it when the time is over.
package struct PromotionLease: Sendable, Hashable {
  /// The promotion as it was when it was read.
  package var promotion: Promotion
  /// The storage's number of it.
  package let key: Int64
  /// Grows with every worker that takes it: what a worker does with an older number is refused.
  package let token: Int64

  /// A lease of its parts.
  package init(promotion: Promotion, key: Int64, token: Int64) {
    self.promotion = promotion
    self.key = key
    self.token = token
  }
}

/// A voiceprint of the new epoch, made of a retained recording.
package struct ReembeddedUtterance: Sendable, Hashable {
  /// The utterance.
  package var utterance: String
  /// Its voiceprint.
  package var voiceprint: Voiceprint

  /// A voiceprint of an utterance.
  package init(utterance: String, voiceprint: Voiceprint) {
    self.utterance = utterance
    self.voiceprint = voiceprint
  }
}

/// What an attempt to flip led to.
package enum FlipOutcome: Sendable, Hashable {
  /// The collection has the new epoch.
  case flipped
  /// So many recordings have no voiceprint of the new epoch yet, as people were enrolled meanwhile.
  case incomplete(Int)
  /// The promotion has failed: the new epoch would not know so many people.
  case refused(speakersWithoutAudio: Int)

  /// Whether voiceprints are missing.
  package var isIncomplete: Bool { if case .incomplete = self { true } else { false } }
}

/// What a worker does with promotions in storage. All methods throw `RecognitionError`; those with a lease throw
/// `aborted` of reason `LEASE_LOST` once another worker has taken the promotion, or when it has ended.
package protocol PromotionWork: Sendable {
  /// The promotion that has waited longest, if any has something to be done and no worker.
  func take(worker: String, lease: Duration) async throws -> PromotionLease?
  /// Keeps a promotion for `lease` from now; gives it as it is now.
  func extend(_ lease: PromotionLease, by duration: Duration) async throws -> PromotionLease
  /// Gives a promotion back before its time is over; nobody takes it before `pause` is over.
  func release(_ lease: PromotionLease, pause: Duration) async throws
  /// Goes over to a state before the flip, and counts.
  func advance(_ lease: PromotionLease, to state: PromotionState) async throws -> PromotionLease
  /// Ends it with a reason; the old epoch goes on to serve.
  func fail(_ lease: PromotionLease, _ reason: String) async throws
  /// Utterances with a recording and no voiceprint of the new epoch, at most `limit`, those of a person together.
  func unembedded(_ lease: PromotionLease, limit: Int) async throws -> [String]
  /// The recording of an utterance; nil when it was deleted meanwhile.
  func recording(of utterance: String) async throws -> Recording?
  /// Keeps voiceprints of the new epoch and makes templates of them; what was deleted meanwhile is left out.
  func store(_ lease: PromotionLease, _ voiceprints: [ReembeddedUtterance]) async throws
  /// Runs `body` while enrolments into the collection wait, which do not fail by it.
  func holdingEnrolments(_ lease: PromotionLease, _ body: @Sendable () async throws -> Void) async throws
  /// Gives the collection the new epoch, in one transaction, if everything is there.
  func flip(_ lease: PromotionLease) async throws -> FlipOutcome
  /// Removes what the old epoch left behind.
  func finish(_ lease: PromotionLease) async throws
  /// How long until a promotion is to be finished or an abandoned one can be taken; nil when there is none.
  func timeUntilWork() async throws -> Duration?
  /// Gives an element at once and whenever promotions may have changed.
  func changes() -> AsyncStream<Void>
}

/// How many replicas can compute with an epoch.
package struct ReplicaReadiness: Sendable, Hashable {
  /// A replica that cannot take the epoch, and why.
  package struct Refusal: Sendable, Hashable {
    /// The replica.
    package var replica: String
    /// Why it refused.
    package var reason: String

    /// A refusal of its parts.
    package init(replica: String, reason: String) {
      self.replica = replica
      self.reason = reason
    }
  }

  /// How many replicas live.
  package var live: Int
  /// How many of them have loaded the epoch and proved it by its probes.
  package var ready: Int
  /// Those that refused it.
  package var refused: [Refusal]

  /// The facts of a moment.
  package init(live: Int, ready: Int, refused: [Refusal] = []) {
    self.live = live
    self.ready = ready
    self.refused = refused
  }

  /// Whether `share` of the live replicas is ready, and at least one.
  package func reaches(_ share: Double) -> Bool { ready > 0 && Double(ready) >= share * Double(live) }

  /// Whether `share` of the live replicas may become ready: so many do not refuse.
  package func canReach(_ share: Double) -> Bool {
    let able = live - refused.count
    return able > 0 && Double(able) >= share * Double(live)
  }
}

/// Tells what the embedding replicas hold.
package protocol ReplicaObserving: Sendable {
  /// How many replicas live and are ready for an epoch. Throws `RecognitionError`.
  func readiness(of epoch: EpochName) async throws(RecognitionError) -> ReplicaReadiness
}
