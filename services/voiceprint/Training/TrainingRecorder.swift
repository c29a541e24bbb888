internal import VoiceConfiguration
internal import VoiceEvaluation
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
    case .started(let clips, let speakers, let parameters, let step):
      let place = step > 0 ? ", from step \(step)" : ""
      Terminal.tell("training on \(clips) clips of \(speakers) speakers, \(parameters) parameters\(place)")
    case .batch(let epoch, let batch, let batches):
      if bar == nil { bar = ProgressBar("epoch \(epoch)", total: batches) }
      bar?.advance(to: batch)
      if batch == batches {
        bar?.finish()
        bar = nil
      }
    case .progress(let line): show(line)
    case .evaluated(let epoch, let seconds, let summary, let curve): show(epoch, seconds, summary, curve)
    case .saved(let path, let isBest): Terminal.tell("saved \(path)" + (isBest ? ", the best so far" : ""))
    }
  }

  private func show(_ line: TrainingEvent.Progress) {
    let eta = Int(line.etaSeconds.rounded())
    Terminal.tell(
      "Train epoch: [\(line.epoch)/\(line.epochs)], batch: [\(line.batch)/\(line.batches)],"
        + " loss: \(Terminal.decimal(line.loss, 5)), accuracy: \(Terminal.decimal(line.accuracy, 5)),"
        + " learning rate: \(Terminal.decimal(line.learningRate, 8)),"
        + " speed: \(Terminal.decimal(line.clipsPerSecond, 2)) data/sec,"
        + " eta: \(eta / 3600):\(Self.padded(eta / 60 % 60)):\(Self.padded(eta % 60)),"
        + " waiting: \(Terminal.decimal(line.waitShare * 100, 1)) %")
    write { events in
      try events.add(
        scalars: [
          ("Train/Loss", line.loss), ("Train/Accuracy", line.accuracy), ("Train/lr", line.learningRate),
          ("Train/margin", line.margin), ("Train/data_per_second", line.clipsPerSecond),
        ], step: line.step)
    }
  }

  private func show(_ epoch: Int, _ seconds: Double, _ summary: EvaluationSummary, _ curve: DetectionCurve) {
    let whole = Int(seconds)
    let rule = String(repeating: "=", count: 70)
    Terminal.tell(
      """
      \(rule)
      Test epoch: \(epoch), time/epoch: \(whole / 3600):\(Self.padded(whole / 60 % 60)):\(Self.padded(whole % 60)), \
      threshold: \(Terminal.decimal(Double(summary.threshold), 2)), \
      EER: \(Terminal.decimal(summary.equalErrorRate, 5)), \
      MinDCF: \(Terminal.decimal(summary.minimumCost, 5))
      \(rule)
      """)
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

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
