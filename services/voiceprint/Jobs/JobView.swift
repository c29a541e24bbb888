internal import Synchronization
internal import VoiceMessages
internal import VoiceRecognition

/// Shows a job as `voiceprint train` shows a training of its own.
final class JobView: Sendable {
  private struct State {
    var bar: ProgressBar?
    var epoch: UInt32 = 0
    var end: TrainerV1.JobState?
    var message = ""
    var curves: TrainingCurves?
  }
  private let state: Mutex<State>

  /// With a folder it writes curves for TensorBoard there.
  init(curves folder: String? = nil) {
    state = Mutex(State(curves: folder.map { TrainingCurves(folder: $0) }))
  }

  /// How the job ended and why; nil while it has not.
  var end: (state: TrainerV1.JobState, message: String)? {
    state.withLock { state in state.end.map { ($0, state.message) } }
  }

  /// A bar on the terminal, one for each pass.
  func show(_ position: TrainerV1.JobPosition) {
    state.withLock { state in
      if state.epoch != position.epoch {
        state.bar?.finish()
        state.bar = ProgressBar("epoch \(position.epoch)", total: Int(position.batches))
        state.epoch = position.epoch
      }
      state.bar?.advance(to: Int(position.batch))
      guard position.batch == position.batches else { return }
      state.bar?.finish()
      state.bar = nil
    }
  }

  /// A line of the output.
  func show(_ event: TrainerV1.JobEvent) {
    switch event.content {
    case .stateChange(let change)?: show(change)
    case .start(let start)?:
      Terminal.tell(
        TrainingLines.start(
          .init(
            clips: Int(start.clips), speakers: Int(start.speakers), parameters: Int(start.parameters),
            step: Int(start.step))))
    case .progress(let message)?:
      let line = TrainingReport.Progress(message)
      Terminal.tell(TrainingLines.progress(line))
      state.withLock { state in if let curves = state.curves { curves.add(line) } }
    case .evaluation(let message)?:
      let evaluation = TrainingReport.Evaluation(message)
      Terminal.tell(TrainingLines.evaluation(evaluation))
      state.withLock { state in if let curves = state.curves { curves.add(evaluation) } }
    case .checkpoint(let checkpoint)?:
      Terminal.tell("saved \(checkpoint.name)" + (checkpoint.isBest ? ", the best so far" : ""))
    case .warning(let text)?: Terminal.say("warning: \(text)")
    case .candidate(let candidate)?: show(candidate)
    case .promotionDecision(let decision)?: show(decision)
    case nil: break
    }
  }

  /// All states.
  static let states: [TrainerV1.JobState] = [.queued, .running, .finished, .failed, .cancelled]

  /// The state in a word.
  static func word(_ state: TrainerV1.JobState) -> String {
    switch state {
    case .queued: "queued"
    case .running: "running"
    case .finished: "finished"
    case .failed: "failed"
    case .cancelled: "cancelled"
    default: "state \(state.rawValue)"
    }
  }

  private func show(_ change: TrainerV1.JobStateChange) {
    let place = change.worker.isEmpty ? "" : " on \(change.worker)"
    let why = change.message.isEmpty ? "" : ": \(change.message)"
    Terminal.tell("\(Self.word(change.state))\(place)\(why)")
    guard [.finished, .failed, .cancelled].contains(change.state) else { return }
    state.withLock { ($0.end, $0.message) = (change.state, change.message) }
  }

  private func show(_ candidate: TrainerV1.CandidateEpoch) {
    var words = "epoch \(candidate.epoch) published, threshold \(Terminal.decimal(candidate.threshold, 4))"
    if candidate.isEvaluated {
      words += "; EER \(Terminal.decimal(candidate.eer, 5))"
      if candidate.eerHigh > 0 {
        words += " (95 %: \(Terminal.decimal(candidate.eerLow, 5)) to \(Terminal.decimal(candidate.eerHigh, 5)))"
      }
      words += ", MinDCF \(Terminal.decimal(candidate.minDcf, 5)) on \(candidate.targets) target and "
        + "\(candidate.impostors) impostor pairs"
    }
    Terminal.tell(words)
  }
}

extension JobView {
  private func show(_ decision: TrainerV1.PromotionDecision) {
    var words = "collection '\(decision.collection)' has \(decision.currentEpoch)"
    if decision.currentEer > 0 {
      words += ", EER \(Terminal.decimal(decision.currentEer, 5)); the new epoch is better by as much as was asked for "
        + "in \(Terminal.decimal(decision.confidence * 100, 1)) % of the draws"
    }
    words += decision.promotionId.isEmpty
      ? ": not promoted, \(decision.reason)" : ": promotion \(decision.promotionId) has begun"
    Terminal.tell(words)
  }
}

extension TrainingReport.Evaluation {
  /// An evaluation from the wire.
  init(_ message: TrainerV1.TrainingEvaluation) {
    self.init(
      epoch: Int(message.epoch), seconds: message.seconds, equalErrorRate: message.eer, minimumCost: message.minDcf,
      threshold: message.threshold,
      errorRates: message.errorRates.map {
        .init(threshold: $0.threshold, missRate: $0.missRate, falseAlarmRate: $0.falseAlarmRate)
      })
  }
}

extension TrainingReport.Progress {
  /// A line of the log from the wire.
  init(_ line: TrainerV1.TrainingProgress) {
    self.init(
      epoch: Int(line.epoch), epochs: Int(line.epochs), batch: Int(line.batch), batches: Int(line.batches),
      step: Int(line.step), loss: line.loss, accuracy: line.accuracy, learningRate: line.learningRate,
      margin: line.margin, clipsPerSecond: line.clipsPerSecond, etaSeconds: line.etaSeconds, waitShare: line.waitShare)
  }
}
