internal import VoiceMessages
internal import VoiceServiceKit

struct PromotionPage: Encodable, Sendable {
  let promotions: [PromotionAnswer]
  let nextPageToken: String

  init(_ message: RegistryV1.ListPromotionsResponse) {
    (promotions, nextPageToken) = (message.promotions.map(PromotionAnswer.init), message.nextPageToken)
  }
}

/// People whom another epoch would not know.
struct UnretainedPage: Encodable, Sendable {
  let speakerIds: [String]
  let nextPageToken: String
}

struct PromotionAnswer: Encodable, Sendable {
  let promotionId: String
  let collection: String
  let fromEpoch: String
  let toEpoch: String
  let state: String
  let unretainedPolicy: String
  let quorum: Double
  let utterancesPerSecond: Double
  let retainSeconds: Double?
  let utterancesTotal: UInt64
  let utterancesDone: UInt64
  let speakersWithoutAudio: UInt64
  let error: String
  let rollsBack: String?
  let createTime: String?
  let updateTime: String?
  let flipTime: String?

  init(_ message: RegistryV1.Promotion) {
    (promotionId, collection) = (message.promotionId, message.collection)
    (fromEpoch, toEpoch) = (message.fromEpoch, message.toEpoch)
    state = WireNames.promotionState.name(of: message.state)
    unretainedPolicy = WireNames.policy.name(of: message.unretainedPolicy)
    (quorum, utterancesPerSecond) = (message.quorum, message.utterancesPerSecond)
    retainSeconds = message.retain?.inSeconds
    (utterancesTotal, utterancesDone) = (message.utterancesTotal, message.utterancesDone)
    (speakersWithoutAudio, error) = (message.speakersWithoutAudio, message.error)
    rollsBack = message.rollsBack.orNil
    // One that was only checked has not begun.
    createTime = promotionId.isEmpty ? nil : message.createTime?.text
    updateTime = promotionId.isEmpty ? nil : message.updateTime?.text
    flipTime = message.flipTime?.text
  }
}

/// How a job's epoch is promoted by itself.
struct PromotionPlanAnswer: Encodable, Sendable {
  let collection: String
  let unretainedPolicy: String
  let quorum: Double
  let utterancesPerSecond: Double
  let retainSeconds: Double?

  init(_ message: RegistryV1.StartPromotionRequest) {
    collection = message.collection
    unretainedPolicy = WireNames.policy.name(of: message.unretainedPolicy)
    (quorum, utterancesPerSecond) = (message.quorum, message.utterancesPerSecond)
    retainSeconds = message.retain?.inSeconds
  }
}
