internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceRecognition
internal import VoiceTraining

/// Tells people and TensorBoard of a training: mvector's log lines, a bar, and event files. For one thread.
final class TrainingRecorder {
  private let curves: TrainingCurves
  private var bar: ProgressBar?

  init(_ experiment: ExperimentConfiguration, _ options: Trainer.Options) {
    let place = CheckpointFolder(
      savePath: options.savePath, network: experiment.model.name, featureMethod: experiment.preprocess.featureMethod)
    curves = TrainingCurves(folder: "\(place.path)/log")
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
    case .progress:
      guard case .progress(let report) = TrainingReport(event) else { return }
      Terminal.tell(TrainingLines.progress(report))
      curves.add(report)
    case .evaluated(_, _, _, let curve):
      guard case .evaluation(let report) = TrainingReport(event) else { return }
      Terminal.tell(TrainingLines.evaluation(report))
      curves.add(report, .errorRates(curve))
    case .saved(let path, let isBest): Terminal.tell("saved \(path)" + (isBest ? ", the best so far" : ""))
    }
  }
}
