import VoiceRecognition
import VoiceStorage

/// A collection that retains audio, and two epochs: the voiceprint of a recording is its 4 bytes in the first one, and
/// the same the other way round in the second.
struct PromotionWorld {
  let storage: RegistryStorage
  let url: String
  let old: EpochName
  let new: EpochName
  let collection = CollectionNames.sealed

  init() async throws {
    let (plain, epoch, url) = try await makeStorage()
    _ = plain
    (old, self.url) = (epoch, url)
    storage = VoiceStorageTests.storage(on: url, keys: try ring())
    new = try await publish(Bundle(seed: 2), to: storage).record.name
    _ = try await storage.speakers.createCollection(collection, epoch: old, retainAudio: .encrypted)
  }

  /// Another registry or trainer on the same database.
  func replica() throws -> RegistryStorage { VoiceStorageTests.storage(on: url, keys: try ring()) }

  func voiceprint(_ bytes: [UInt8], _ epoch: EpochName) -> Voiceprint {
    Voiceprint(values: (epoch == old ? bytes : bytes.reversed()).map(Float.init), epoch: epoch)
  }

  /// Enrols one recording of 4 bytes with its voiceprint of an epoch (the first, unless said otherwise).
  @discardableResult
  func enroll(
    _ name: String, _ bytes: [UInt8], epoch: EpochName? = nil, retained: Bool = true, at storage: RegistryStorage? = nil
  ) async throws -> Speaker {
    let epoch = epoch ?? old
    return try await (storage ?? self.storage).speakers.enroll(
      enrolment(
        name, [voiceprint(bytes, epoch).values], epoch: epoch, in: collection,
        recording: retained ? Recording(content: bytes) : nil)
    ).speaker
  }

  func plan(
    to epoch: EpochName? = nil, policy: UnretainedPolicy = .fail, retain: Double = 3600
  ) throws -> PromotionPlan {
    try PromotionPlan(collection: collection, toEpoch: epoch ?? new, policy: policy, retainSeconds: retain)
  }

  func start(policy: UnretainedPolicy = .fail, retain: Double = 3600) async throws -> Promotion {
    try await storage.promotions.start(plan(policy: policy, retain: retain))
  }

  /// Takes the promotion that is due.
  func take(_ worker: String = "worker", for time: Duration = .seconds(60)) async throws -> PromotionLease {
    guard let lease = try await storage.promotions.take(worker: worker, lease: time) else {
      throw RecognitionError(.notFound, reason: "NOTHING_TO_TAKE", "no promotion is due")
    }
    return lease
  }

  /// Makes and keeps the missing voiceprints, at most `limit`; gives their number.
  @discardableResult
  func reembed(_ lease: PromotionLease, limit: Int = 1000) async throws -> Int {
    let utterances = try await storage.promotions.unembedded(lease, limit: limit)
    try await storage.promotions.store(lease, reembedded(utterances, lease.promotion.plan.toEpoch))
    return utterances.count
  }

  func reembedded(_ utterances: [String], _ epoch: EpochName) async throws -> [ReembeddedUtterance] {
    var made: [ReembeddedUtterance] = []
    for utterance in utterances {
      guard let recording = try await storage.promotions.recording(of: utterance) else { continue }
      made.append(ReembeddedUtterance(utterance: utterance, voiceprint: voiceprint(recording.content, epoch)))
    }
    return made
  }

  /// Drives the promotion that is due over its flip.
  @discardableResult
  func promote() async throws -> FlipOutcome {
    var lease = try await take()
    lease = try await storage.promotions.advance(lease, to: .reembedding)
    try await reembed(lease)
    lease = try await storage.promotions.advance(lease, to: .flipping)
    return try await storage.promotions.flip(lease)
  }

  /// The people that a search with a recording finds, best first.
  func found(_ bytes: [UInt8], _ epoch: EpochName, at storage: RegistryStorage? = nil) async throws -> [String] {
    try await (storage ?? self.storage).speakers.search(voiceprint(bytes, epoch), in: collection, topK: 1000).matches
      .map(\.speaker.value)
  }

  func state(_ promotion: Promotion) async throws -> PromotionState {
    try await storage.promotions.promotion(promotion.id).state
  }
}
