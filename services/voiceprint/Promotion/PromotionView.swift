internal import Synchronization
internal import VoiceMessages

/// What a person sees of a promotion.
final class PromotionView: Sendable {
  private struct State {
    var last: RegistryV1.PromotionState?
    var bar: ProgressBar?
  }
  private let state = Mutex(State())

  /// Shows a promotion as it is now; whether the collection has its epoch. Throws why it will not have it.
  func show(_ promotion: RegistryV1.Promotion) throws -> Bool {
    state.withLock { state in
      if promotion.state == .reembedding, state.bar == nil, promotion.utterancesTotal > 0 {
        state.bar = ProgressBar("recordings", total: Int(promotion.utterancesTotal))
      }
      state.bar?.advance(to: Int(min(promotion.utterancesDone, promotion.utterancesTotal)))
      guard state.last != promotion.state else { return }
      if promotion.state != .reembedding {
        state.bar?.finish()
        state.bar = nil
      }
      state.last = promotion.state
      Terminal.say(Self.line(promotion))
    }
    switch promotion.state {
    case .draining, .finished, .rolledBack: return true
    case .failed, .cancelled:
      throw CommandError(
        "promotion \(promotion.promotionId) is \(promotion.state.name)"
          + (promotion.error.isEmpty ? "" : ": \(promotion.error)")
          + "; collection '\(promotion.collection)' keeps epoch '\(promotion.fromEpoch)'")
    default: return false
    }
  }

  private static func line(_ promotion: RegistryV1.Promotion) -> String {
    switch promotion.state {
    case .staging: "replicas load the epoch and prove it"
    case .reembedding: "voiceprints are made again of \(promotion.utterancesTotal) recordings"
    case .flipping: "the collection is about to have its epoch"
    case .draining:
      "collection '\(promotion.collection)' has epoch '\(promotion.toEpoch)'; the former one is kept for "
        + Terminal.time(seconds: Double(promotion.retain?.seconds ?? 0)) + ", to return to it: `voiceprint epochs "
        + "roll-back \(promotion.promotionId)`"
    default: "promotion \(promotion.promotionId) is \(promotion.state.name)"
    }
  }
}

/// A promotion as it is printed.
struct PromotionLine: Encodable {
  let promotion: String
  let collection: String
  let from: String
  let to: String
  let state: String
  let total: UInt64
  let done: UInt64
  let withoutAudio: UInt64
  let error: String

  init(_ message: RegistryV1.Promotion) {
    (promotion, collection) = (message.promotionId, message.collection)
    (from, to, state) = (message.fromEpoch, message.toEpoch, message.state.name)
    (total, done) = (message.utterancesTotal, message.utterancesDone)
    (withoutAudio, error) = (message.speakersWithoutAudio, message.error)
  }
}

extension RegistryV1.PromotionState {
  /// As the lists have it.
  var name: String {
    switch self {
    case .staging: "staging"
    case .reembedding: "re-embedding"
    case .flipping: "flipping"
    case .draining: "draining"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .rolledBack: "rolled back"
    default: "unknown (\(rawValue))"
    }
  }
}
