internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

extension TrainerV1.JobEvent {
  init(_ event: JobEvent) {
    self.init()
    sequence = UInt64(clamping: event.sequence)
    time = .init(event.time)
    switch event.content {
    case .stateChange(let change):
      content = .stateChange(
        .with { ($0.state, $0.worker, $0.message) = (.init(change.state), change.worker, change.message) })
    case .checkpoint(let checkpoint):
      content = .checkpoint(
        .with {
          $0.name = checkpoint.name
          $0.isBest = checkpoint.isBest
          $0.sizeBytes = UInt64(clamping: checkpoint.sizeBytes)
        })
    case .candidate(let candidate): content = .candidate(.init(candidate))
    case .promotionDecision(let decision): content = .promotionDecision(.init(decision))
    case .report(let report): content = Self.content(of: report)
    }
  }

  /// Positions and places on the trainer's disk are never stored as events.
  private static func content(of report: TrainingReport) -> Content? {
    switch report {
    case .start(let start):
      .start(
        .with {
          $0.clips = UInt64(clamping: start.clips)
          $0.speakers = UInt64(clamping: start.speakers)
          $0.parameters = UInt64(clamping: start.parameters)
          $0.step = UInt64(clamping: start.step)
        })
    case .progress(let line): .progress(.init(line))
    case .evaluation(let evaluation):
      .evaluation(
        .with {
          $0.epoch = UInt32(clamping: evaluation.epoch)
          $0.seconds = evaluation.seconds
          $0.eer = evaluation.equalErrorRate
          $0.minDcf = evaluation.minimumCost
          $0.threshold = evaluation.threshold
          $0.errorRates = (evaluation.errorRates ?? []).map { rates in
            .with {
              ($0.threshold, $0.missRate, $0.falseAlarmRate) = (rates.threshold, rates.missRate, rates.falseAlarmRate)
            }
          }
        })
    case .warning(let text): .warning(text)
    case .position, .saved: nil
    }
  }
}

extension TrainerV1.TrainingProgress {
  init(_ line: TrainingReport.Progress) {
    self.init()
    epoch = UInt32(clamping: line.epoch)
    epochs = UInt32(clamping: line.epochs)
    batch = UInt32(clamping: line.batch)
    batches = UInt32(clamping: line.batches)
    step = UInt64(clamping: line.step)
    loss = line.loss
    accuracy = line.accuracy
    learningRate = line.learningRate
    margin = line.margin
    clipsPerSecond = line.clipsPerSecond
    etaSeconds = line.etaSeconds
    waitShare = line.waitShare
  }
}

extension TrainerV1.CandidateEpoch {
  init(_ candidate: JobEvent.Candidate) {
    self.init()
    epoch = candidate.epoch
    threshold = candidate.threshold
    guard let evaluation = candidate.evaluation else { return }
    isEvaluated = true
    eer = evaluation.equalErrorRate
    eerLow = evaluation.interval?.first ?? 0
    eerHigh = evaluation.interval?.last ?? 0
    minDcf = evaluation.minimumCost
    targets = UInt64(clamping: evaluation.targets)
    impostors = UInt64(clamping: evaluation.impostors)
  }
}

extension TrainerV1.PromotionDecision {
  init(_ decision: JobEvent.PromotionDecision) {
    self.init()
    (collection, currentEpoch) = (decision.collection, decision.currentEpoch)
    (currentEer, confidence) = (decision.currentEqualErrorRate ?? 0, decision.confidence ?? 0)
    (promotionId, reason) = (decision.promotion ?? "", decision.reason ?? "")
  }
}

extension TrainerV1.JobPosition {
  init(_ position: TrainingReport.Position) {
    self.init()
    epoch = UInt32(clamping: position.epoch)
    batch = UInt32(clamping: position.batch)
    batches = UInt32(clamping: position.batches)
  }
}
