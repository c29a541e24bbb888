internal import VoiceRecognition

/// A training in mvector's words, the same for one here and one far away.
enum TrainingLines {
  /// What is trained, and from where on.
  static func start(_ start: TrainingReport.Start) -> String {
    let place = start.step > 0 ? ", from step \(start.step)" : ""
    return "training on \(start.clips) clips of \(start.speakers) speakers, \(start.parameters) parameters\(place)"
  }

  /// A line of the log.
  static func progress(_ line: TrainingReport.Progress) -> String {
    let eta = Int(line.etaSeconds.rounded())
    return "Train epoch: [\(line.epoch)/\(line.epochs)], batch: [\(line.batch)/\(line.batches)],"
      + " loss: \(Terminal.decimal(line.loss, 5)), accuracy: \(Terminal.decimal(line.accuracy, 5)),"
      + " learning rate: \(Terminal.decimal(line.learningRate, 8)),"
      + " speed: \(Terminal.decimal(line.clipsPerSecond, 2)) data/sec, eta: \(clock(eta)),"
      + " waiting: \(Terminal.decimal(line.waitShare * 100, 1)) %"
  }

  /// An evaluation between two rules.
  static func evaluation(_ evaluation: TrainingReport.Evaluation) -> String {
    let rule = String(repeating: "=", count: 70)
    return """
      \(rule)
      Test epoch: \(evaluation.epoch), time/epoch: \(clock(Int(evaluation.seconds))), \
      threshold: \(Terminal.decimal(evaluation.threshold, 2)), \
      EER: \(Terminal.decimal(evaluation.equalErrorRate, 5)), \
      MinDCF: \(Terminal.decimal(evaluation.minimumCost, 5))
      \(rule)
      """
  }

  private static func clock(_ seconds: Int) -> String {
    "\(seconds / 3600):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
