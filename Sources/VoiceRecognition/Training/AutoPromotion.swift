/// When the epoch of a training goes to a collection by itself: when it tells people apart better than the collection's
/// epoch does, on the same trials.
package struct AutoPromotion: Sendable, Hashable, Codable {
  /// How sure it must be unless asked otherwise.
  package static let standardConfidence = 0.95

  /// The collection.
  package var collection: String
  /// By which share the equal error rate must be lower, 0 to below 1.
  package var improvement: Double
  /// How sure it must be that it is, 0.5 to below 1.
  package var confidence: Double
  /// Whether it goes on when there are people whom the new epoch would not know.
  package var proceedsWithoutAudio: Bool
  /// The share of the live replicas that must be ready, above 0 to 1.
  package var quorum: Double
  /// At most so many recordings a second; 0 for as many as can be.
  package var utterancesPerSecond: Double
  /// How long the old epoch is kept after the flip, in s.
  package var retainSeconds: Double

  /// A policy that promotes by `plan`, whose epoch is not known yet. Throws `invalidArgument` naming the field.
  package init(_ plan: PromotionPlan, improvement: Double, confidence: Double) throws(RecognitionError) {
    guard improvement >= 0, improvement < 1 else {
      throw .invalid("auto_promotion.eer_improvement", "is \(improvement), must be from 0 to below 1")
    }
    guard confidence >= 0.5, confidence < 1 else {
      throw .invalid("auto_promotion.confidence", "is \(confidence), must be from 0.5 to below 1")
    }
    collection = plan.collection.value
    (self.improvement, self.confidence) = (improvement, confidence)
    proceedsWithoutAudio = plan.policy == .proceed
    (quorum, utterancesPerSecond, retainSeconds) = (plan.quorum, plan.utterancesPerSecond, plan.retainSeconds)
  }

  /// The promotion of an epoch by this policy.
  package func plan(for epoch: EpochName) throws(RecognitionError) -> PromotionPlan {
    try PromotionPlan(
      collection: CollectionName(collection), toEpoch: epoch, policy: proceedsWithoutAudio ? .proceed : .fail,
      quorum: quorum, utterancesPerSecond: utterancesPerSecond, retainSeconds: retainSeconds)
  }
}
