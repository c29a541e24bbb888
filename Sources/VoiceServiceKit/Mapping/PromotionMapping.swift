package import VoiceMessages
package import VoiceRecognition

extension PromotionPlan {
  /// A plan from the wire; throws `invalidArgument` naming the field that is wrong.
  package init(_ request: RegistryV1.StartPromotionRequest) throws(RecognitionError) {
    var retain = PromotionPlan.standardRetainSeconds
    if let duration = request.retain { retain = Double(duration.seconds) + Double(duration.nanos) / 1e9 }
    try self.init(
      collection: CollectionName(request.collection), toEpoch: EpochName(request.toEpoch, field: "to_epoch"),
      policy: UnretainedPolicy(request.unretainedPolicy), quorum: request.quorum == 0 ? 1 : request.quorum,
      utterancesPerSecond: request.utterancesPerSecond, retainSeconds: retain)
  }
}

extension RegistryV1.StartPromotionRequest {
  /// The wire's form of a plan.
  package init(_ plan: PromotionPlan) {
    self.init()
    (collection, toEpoch) = (plan.collection.value, plan.toEpoch.value)
    unretainedPolicy = plan.policy == .fail ? .fail : .proceed
    (quorum, utterancesPerSecond) = (plan.quorum, plan.utterancesPerSecond)
    retain = .init(seconds: plan.retainSeconds)
  }
}

extension GoogleProtobuf.Duration {
  /// A length of time in s.
  package init(seconds: Double) {
    self.init()
    self.seconds = Int64(seconds)
    nanos = Int32(seconds.truncatingRemainder(dividingBy: 1) * 1e9)
  }
}

extension UnretainedPolicy {
  /// A policy from the wire; throws `invalidArgument` for one that this version does not know.
  package init(_ message: RegistryV1.UnretainedPolicy) throws(RecognitionError) {
    switch message {
    case .unspecified, .fail: self = .fail
    case .proceed: self = .proceed
    default: throw .invalid("unretained_policy", "\(message.rawValue) is not known: use FAIL or PROCEED")
    }
  }
}

extension RegistryV1.Promotion {
  /// The wire's form of a promotion.
  package init(_ promotion: Promotion) {
    self.init()
    promotionId = promotion.id
    collection = promotion.plan.collection.value
    fromEpoch = promotion.fromEpoch.value
    toEpoch = promotion.plan.toEpoch.value
    state = .init(promotion.state)
    unretainedPolicy = promotion.plan.policy == .fail ? .fail : .proceed
    quorum = promotion.plan.quorum
    utterancesPerSecond = promotion.plan.utterancesPerSecond
    retain = .init(seconds: promotion.plan.retainSeconds)
    utterancesTotal = UInt64(clamping: promotion.utterancesTotal)
    utterancesDone = UInt64(clamping: promotion.utterancesDone)
    speakersWithoutAudio = UInt64(clamping: promotion.speakersWithoutAudio)
    error = promotion.error
    rollsBack = promotion.rollsBack ?? ""
    createTime = .init(promotion.createTime)
    updateTime = .init(promotion.updateTime)
    flipTime = promotion.flipTime.map { .init($0) }
  }
}

extension RegistryV1.PromotionState {
  /// The wire's form of a state.
  package init(_ state: PromotionState) {
    switch state {
    case .staging: self = .staging
    case .reembedding: self = .reembedding
    case .flipping: self = .flipping
    case .draining: self = .draining
    case .finished: self = .finished
    case .failed: self = .failed
    case .cancelled: self = .cancelled
    case .rolledBack: self = .rolledBack
    }
  }
}
