internal import VoiceEvaluation
internal import VoiceRecognition
internal import VoiceTraining

/// The curves of a training for TensorBoard, the same for one here and one far away. For one thread.
final class TrainingCurves {
  private let folder: String
  private var events: EventFile?
  private var hasFailed = false

  /// Curves in a folder, which is made when there is something to write.
  init(folder: String) { self.folder = folder }

  /// Adds a line of the log.
  func add(_ line: TrainingReport.Progress) {
    write { events in
      try events.add(
        scalars: [
          ("Train/Loss", line.loss), ("Train/Accuracy", line.accuracy), ("Train/lr", line.learningRate),
          ("Train/margin", line.margin), ("Train/data_per_second", line.clipsPerSecond),
        ], step: line.step)
    }
  }

  /// Adds an evaluation, with the picture of its error rates; without one, with what the evaluation itself tells.
  func add(_ evaluation: TrainingReport.Evaluation, _ plot: CurvePlot? = nil) {
    write { events in
      try events.add(
        scalars: [
          ("Test/threshold", evaluation.threshold), ("Test/min_dcf", evaluation.minimumCost),
          ("Test/eer", evaluation.equalErrorRate),
        ], step: evaluation.epoch)
      guard let plot = plot ?? CurvePlot(evaluation) else { return }
      try events.add(image: "Test/FNR_FPR", plot.image(), step: evaluation.epoch)
    }
  }

  /// Curves that cannot be written are told once; the training is worth more than they are.
  private func write(_ body: (EventFile) throws -> Void) {
    guard !hasFailed else { return }
    do {
      if events == nil { events = try EventFile(folder: folder) }
      if let events { try body(events) }
    } catch {
      hasFailed = true
      Terminal.say("warning: no curves for TensorBoard: \(error)")
    }
  }
}

extension CurvePlot {
  /// The error rates that an evaluation tells; nil if it tells none.
  fileprivate init?(_ evaluation: TrainingReport.Evaluation) {
    guard let rates = evaluation.errorRates, !rates.isEmpty else { return nil }
    self = .errorRates(
      rates.map { .init(threshold: $0.threshold, missRate: $0.missRate, falseAlarmRate: $0.falseAlarmRate) },
      equal: (Float(evaluation.threshold), evaluation.equalErrorRate))
  }
}
