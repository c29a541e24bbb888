package import VoiceMessages
package import VoiceRecognition

extension RegistryV1.EpochProvenance {
  /// The wire's form of where an epoch comes from.
  package init(_ provenance: EpochProvenance) {
    self.init()
    parentEpoch = provenance.parent ?? ""
    jobId = provenance.job ?? ""
    evaluation = provenance.evaluation.map { .init($0) }
  }
}

extension RegistryV1.EpochEvaluation {
  /// The wire's form of an evaluation.
  package init(_ result: EpochProvenance.Evaluation) {
    self.init()
    (dataset, list) = (result.dataset, result.list)
    targetTrials = UInt64(clamping: result.targets)
    impostorTrials = UInt64(clamping: result.impostors)
    (eer, eerLow, eerHigh, minDcf) = (result.eer, result.eerLow, result.eerHigh, result.minDCF)
    operatingPoints = result.operatingPoints.map { point in
      .with { ($0.falseAcceptRate, $0.threshold) = (point.falseAcceptRate, point.threshold) }
    }
  }
}

extension EpochProvenance {
  /// Where an epoch comes from, from the wire; throws `invalidArgument` naming what is wrong.
  package init(_ message: RegistryV1.EpochProvenance) throws(RecognitionError) {
    var evaluation: Evaluation?
    if let result = message.evaluation {
      evaluation = try Evaluation(
        dataset: result.dataset, list: result.list, targets: Int(clamping: result.targetTrials),
        impostors: Int(clamping: result.impostorTrials), eer: result.eer, eerInterval: (result.eerLow, result.eerHigh),
        minDCF: result.minDcf,
        operatingPoints: result.operatingPoints.map {
          OperatingPoint(falseAcceptRate: $0.falseAcceptRate, threshold: $0.threshold)
        })
    }
    try self.init(
      parent: message.parentEpoch.isEmpty ? nil : message.parentEpoch,
      job: message.jobId.isEmpty ? nil : message.jobId, evaluation: evaluation)
  }
}
