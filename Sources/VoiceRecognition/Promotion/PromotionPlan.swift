/// What is asked for when a promotion begins.
package struct PromotionPlan: Sendable, Hashable {
  /// Longest time that an old epoch is kept after the flip, in s: a year.
  package static let maximumRetainSeconds = 366.0 * 86_400
  /// How long it is kept unless asked otherwise, in s: a day.
  package static let standardRetainSeconds = 86_400.0

  /// The collection.
  package var collection: CollectionName
  /// The epoch that it gets.
  package var toEpoch: EpochName
  /// What becomes of people whom the new epoch would not know.
  package var policy: UnretainedPolicy
  /// The share of the live replicas that must be ready, above 0 to 1.
  package var quorum: Double
  /// At most so many recordings a second; 0 for as many as can be.
  package var utterancesPerSecond: Double
  /// How long the old epoch is kept after the flip, in s.
  package var retainSeconds: Double

  /// A plan; throws `invalidArgument` naming the field that is out of range.
  package init(
    collection: CollectionName, toEpoch: EpochName, policy: UnretainedPolicy = .fail, quorum: Double = 1,
    utterancesPerSecond: Double = 0, retainSeconds: Double = PromotionPlan.standardRetainSeconds
  ) throws(RecognitionError) {
    guard quorum > 0, quorum <= 1 else { throw .invalid("quorum", "must be above 0 and at most 1, not \(quorum)") }
    guard utterancesPerSecond >= 0, utterancesPerSecond.isFinite else {
      throw .invalid("utterances_per_second", "must be 0 or more, not \(utterancesPerSecond)")
    }
    guard retainSeconds >= 0, retainSeconds <= Self.maximumRetainSeconds else {
      throw .invalid("retain", "must be 0 s to a year, not \(retainSeconds) s")
    }
    self.collection = collection
    self.toEpoch = toEpoch
    self.policy = policy
    self.quorum = quorum
    self.utterancesPerSecond = utterancesPerSecond
    self.retainSeconds = retainSeconds
  }
}
