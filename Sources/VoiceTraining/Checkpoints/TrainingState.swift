internal import FoundationEssentials
package import VoiceNN

/// `model.state`: where a training is, beside the weights; mvector's JSON and what an exact resume needs.
package struct TrainingState: Sendable, Codable, Equatable {
  /// Passes over the list that are finished.
  package var lastEpoch: Int
  /// Batches of the next pass that are done already; 0 at a pass' end.
  package var epochStep: Int
  /// Batches since the beginning.
  package var step: Int
  /// Version of this system.
  package var version: String
  /// Class of the network.
  package var useModel: String
  /// Front-end.
  package var featureMethod: String
  /// Class of the loss.
  package var loss: String
  /// What all randomness follows from.
  package var seed: UInt64
  /// Threshold at the equal error rate of the last evaluation.
  package var threshold: Double?
  /// Equal error rate of the last evaluation, 0 to 1.
  package var eer: Double?
  /// Least detection cost of the last evaluation.
  package var minDCF: Double?
  /// The best equal error rate so far.
  package var bestEER: Double?
  /// The margin in force.
  package var margin: Double
  /// What a plateau schedule remembers.
  package var plateau: PlateauState
  /// Processes that train together; nil in checkpoints from before there could be several.
  package var ranks: Int?

  enum CodingKeys: String, CodingKey {
    case lastEpoch = "last_epoch"
    case epochStep = "epoch_step"
    case step, version
    case useModel = "use_model"
    case featureMethod = "feature_method"
    case loss, seed, threshold, eer
    case minDCF = "min_dcf"
    case bestEER = "best_eer"
    case margin, plateau, ranks
  }

  /// This system's.
  static let currentVersion = "voiceprint 1.0"

  /// The file.
  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
