/// Averages what happened since the last line of the log.
struct ProgressLog {
  private let epochs: Int
  private let batches: Int
  private let batchSize: Int
  private let begin = ContinuousClock.now
  private var lineBegin = ContinuousClock.now
  private var losses: [Double] = []
  private var accuracies: [Double] = []
  private var done = 0

  init(epochs: Int, batches: Int, batchSize: Int) {
    self.epochs = epochs
    self.batches = batches
    self.batchSize = batchSize
  }

  mutating func add(loss: Double, accuracy: Double) {
    losses.append(loss)
    accuracies.append(accuracy)
    done += 1
  }

  /// The line, and the beginning of the next.
  mutating func line(
    epoch: Int, _ state: TrainingState, learningRate: Double, waited: Duration
  ) -> TrainingEvent.Progress {
    let now = ContinuousClock.now
    let (seconds, all) = ((now - lineBegin) / .seconds(1), (now - begin) / .seconds(1))
    let left = (epochs - epoch) * batches + batches - state.epochStep
    let count = Double(losses.count)
    defer { (losses, accuracies, lineBegin) = ([], [], now) }
    return TrainingEvent.Progress(
      epoch: epoch, epochs: epochs, batch: state.epochStep - 1, batches: batches, step: state.step,
      loss: losses.reduce(0, +) / count, accuracy: accuracies.reduce(0, +) / count, learningRate: learningRate,
      margin: state.margin, clipsPerSecond: Double(batchSize) * count / max(seconds, 1e-9),
      etaSeconds: seconds / count * Double(left), waitShare: waited / .seconds(1) / max(all, 1e-9))
  }
}
