internal import VoiceMessages

/// All that is known of an epoch, as it is printed.
struct EpochDescription: Encodable {
  /// A threshold and the share of impostor trials that it accepts.
  struct OperatingPoint: Encodable {
    let falseAcceptRate: Double
    let threshold: Double
  }

  /// How it did on a list of trials.
  struct Evaluation: Encodable {
    let dataset: String
    let list: String
    let targetTrials: UInt64
    let impostorTrials: UInt64
    let eer: Double
    let eerLow: Double
    let eerHigh: Double
    let minDcf: Double
    let operatingPoints: [OperatingPoint]
  }

  let epoch: String
  let fingerprint: String
  let embeddingSize: UInt32
  let threshold: Double
  let precision: String
  let float32Fallback: Bool
  let isDefault: Bool
  let inUse: Bool
  let parentEpoch: String?
  let job: String?
  let evaluation: Evaluation?

  init(_ message: RegistryV1.Epoch) {
    (epoch, fingerprint, embeddingSize) = (message.epoch, message.fingerprint, message.embeddingSize)
    (threshold, isDefault, inUse) = (message.threshold, message.isDefault, message.inUse)
    // A registry of before knows float32 only.
    precision = message.precision.isEmpty ? "float32" : message.precision
    float32Fallback = message.float32Fallback
    let provenance = message.provenance
    parentEpoch = provenance.flatMap { $0.parentEpoch.isEmpty ? nil : $0.parentEpoch }
    job = provenance.flatMap { $0.jobId.isEmpty ? nil : $0.jobId }
    evaluation = provenance?.evaluation.map(Evaluation.init)
  }
}

extension EpochDescription.Evaluation {
  init(_ message: RegistryV1.EpochEvaluation) {
    (dataset, list) = (message.dataset, message.list)
    (targetTrials, impostorTrials) = (message.targetTrials, message.impostorTrials)
    (eer, eerLow, eerHigh, minDcf) = (message.eer, message.eerLow, message.eerHigh, message.minDcf)
    operatingPoints = message.operatingPoints.map {
      .init(falseAcceptRate: $0.falseAcceptRate, threshold: $0.threshold)
    }
  }
}
