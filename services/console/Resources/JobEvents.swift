internal import VoiceMessages

extension ServerSentEvent {
  /// Something that happened to a job; nil for what this version does not know. A position has no number: whoever comes
  /// again is not told it anew.
  init?(_ message: TrainerV1.WatchJobResponse) throws {
    switch message.payload {
    case .position(let position)?: try self.init("position", json: JobPosition(position))
    case .event(let event)?:
      guard let (name, content) = JobEvent.content(of: event) else { return nil }
      let value = JobEvent(sequence: event.sequence, time: event.time?.text, content: content)
      try self.init(name, id: "\(event.sequence)", json: value)
    case nil: return nil
    }
  }
}

/// An event with its number and time beside its own fields.
struct JobEvent: Encodable, Sendable {
  private enum Key: String, CodingKey { case sequence, time }
  let sequence: UInt64
  let time: String?
  let content: any Encodable & Sendable

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(sequence, forKey: .sequence)
    try container.encodeIfPresent(time, forKey: .time)
    try content.encode(to: encoder)
  }

  /// The event's name and fields; nil for what this version does not know.
  static func content(of event: TrainerV1.JobEvent) -> (String, any Encodable & Sendable)? {
    switch event.content {
    case .stateChange(let change)?:
      let state = WireNames<TrainerV1.JobState>.jobState.name(of: change.state)
      return ("stateChange", StateChange(state: state, worker: change.worker, message: change.message))
    case .start(let start)?:
      return (
        "start",
        Start(clips: start.clips, speakers: start.speakers, parameters: start.parameters, step: start.step)
      )
    case .progress(let line)?: return ("progress", Progress(line))
    case .evaluation(let evaluation)?: return ("evaluation", Evaluation(evaluation))
    case .checkpoint(let checkpoint)?:
      return (
        "checkpoint",
        Checkpoint(name: checkpoint.name, isBest: checkpoint.isBest, sizeBytes: checkpoint.sizeBytes)
      )
    case .warning(let text)?: return ("warning", Warning(warning: text))
    case .candidate(let candidate)?: return ("candidate", Candidate(candidate))
    case .promotionDecision(let decision)?: return ("promotionDecision", Decision(decision))
    case nil: return nil
    }
  }

  struct StateChange: Encodable, Sendable {
    let state: String
    let worker: String
    let message: String
  }

  struct Start: Encodable, Sendable {
    let clips: UInt64
    let speakers: UInt64
    let parameters: UInt64
    let step: UInt64
  }

  struct Checkpoint: Encodable, Sendable {
    let name: String
    let isBest: Bool
    let sizeBytes: UInt64
  }

  struct Warning: Encodable, Sendable {
    let warning: String
  }
}

extension JobEvent {
  struct Progress: Encodable, Sendable {
    let epoch: UInt32
    let epochs: UInt32
    let batch: UInt32
    let batches: UInt32
    let step: UInt64
    let loss: Double?
    let accuracy: Double?
    let learningRate: Double?
    let margin: Double?
    let clipsPerSecond: Double?
    let etaSeconds: Double?
    let waitShare: Double?

    init(_ line: TrainerV1.TrainingProgress) {
      (epoch, epochs, batch, batches) = (line.epoch, line.epochs, line.batch, line.batches)
      (step, loss, accuracy) = (line.step, line.loss.finite, line.accuracy.finite)
      (learningRate, margin) = (line.learningRate.finite, line.margin.finite)
      (clipsPerSecond, etaSeconds) = (line.clipsPerSecond.finite, line.etaSeconds.finite)
      waitShare = line.waitShare.finite
    }
  }

  struct Evaluation: Encodable, Sendable {
    let epoch: UInt32
    let seconds: Double?
    let eer: Double?
    let minDcf: Double?
    let threshold: Double?

    init(_ message: TrainerV1.TrainingEvaluation) {
      (epoch, seconds) = (message.epoch, message.seconds.finite)
      (eer, minDcf, threshold) = (message.eer.finite, message.minDcf.finite, message.threshold.finite)
    }
  }

  struct Candidate: Encodable, Sendable {
    let epoch: String
    let isEvaluated: Bool
    let eer: Double?
    let eerLow: Double?
    let eerHigh: Double?
    let minDcf: Double?
    let threshold: Double?
    let targets: UInt64
    let impostors: UInt64

    init(_ message: TrainerV1.CandidateEpoch) {
      (epoch, isEvaluated) = (message.epoch, message.isEvaluated)
      (eer, eerLow, eerHigh) = (message.eer.finite, message.eerLow.finite, message.eerHigh.finite)
      (minDcf, threshold) = (message.minDcf.finite, message.threshold.finite)
      (targets, impostors) = (message.targets, message.impostors)
    }
  }

  struct Decision: Encodable, Sendable {
    let collection: String
    let currentEpoch: String
    let currentEer: Double
    let confidence: Double
    let promotionId: String?
    let reason: String?

    init(_ message: TrainerV1.PromotionDecision) {
      (collection, currentEpoch) = (message.collection, message.currentEpoch)
      (currentEer, confidence) = (message.currentEer, message.confidence)
      (promotionId, reason) = (message.promotionId.orNil, message.reason.orNil)
    }
  }
}
