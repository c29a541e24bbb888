internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceRecognition
internal import VoiceTraining

/// Tells people and TensorBoard of a training: mvector's log lines, a bar, and event files. For one thread.
final class TrainingRecorder {
  private let folder: String
  private var events: EventFile?
  private var bar: ProgressBar?
  private var evaluations = 0
  private var hasFailed = false

  init(_ experiment: ExperimentConfiguration, _ options: Trainer.Options) {
    let place = CheckpointFolder(
      savePath: options.savePath, network: experiment.model.name, featureMethod: experiment.preprocess.featureMethod)
    folder = "\(place.path)/log"
  }

  func record(_ event: TrainingEvent) {
    switch event {
    case .warning(let text): Terminal.say("warning: \(text)")
    case .started:
      if case .start(let start) = TrainingReport(event) { Terminal.tell(TrainingLines.start(start)) }
    case .batch(let epoch, let batch, let batches):
      if bar == nil { bar = ProgressBar("epoch \(epoch)", total: batches) }
      bar?.advance(to: batch)
      if batch == batches {
        bar?.finish()
        bar = nil
      }
    case .progress(let line):
      if case .progress(let report) = TrainingReport(event) { Terminal.tell(TrainingLines.progress(report)) }
      keep(line)
    case .evaluated(let epoch, _, let summary, let curve):
      if case .evaluation(let report) = TrainingReport(event) { Terminal.tell(TrainingLines.evaluation(report)) }
      keep(epoch, summary, curve)
    case .saved(let path, let isBest): Terminal.tell("saved \(path)" + (isBest ? ", the best so far" : ""))
    }
  }

  private func keep(_ line: TrainingEvent.Progress) {
    write { events in
      try events.add(
        scalars: [
          ("Train/Loss", line.loss), ("Train/Accuracy", line.accuracy), ("Train/lr", line.learningRate),
          ("Train/margin", line.margin), ("Train/data_per_second", line.clipsPerSecond),
        ], step: line.step)
    }
  }

  private func keep(_ epoch: Int, _ summary: EvaluationSummary, _ curve: DetectionCurve) {
    write { events in
      try events.add(
        scalars: [
          ("Test/threshold", Double(summary.threshold)), ("Test/min_dcf", summary.minimumCost),
          ("Test/eer", summary.equalErrorRate),
        ], step: epoch)
      try events.add(image: "Test/FNR_FPR", CurvePlot.errorRates(curve).image(), step: epoch)
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
