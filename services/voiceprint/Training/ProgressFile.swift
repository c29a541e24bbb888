internal import Foundation
internal import Glibc
internal import VoiceEvaluation
internal import VoiceRecognition
internal import VoiceTraining

/// Tells another program of a training: a JSON object a line, into a file or a pipe. For one thread.
final class ProgressFile {
  private static let betweenPositions = Duration.milliseconds(250)

  private let handle: FileHandle
  private let encoder = JSONEncoder()
  private var nextPosition = ContinuousClock.now

  /// Opens it for writing at its end. Throws with the system's reason.
  init(_ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw CommandError("\(path) cannot be written: \(String(cString: strerror(errno)))") }
    handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    signal(SIGPIPE, SIG_IGN)  // a pipe without a reader is an error to be told, not the end
  }

  /// Writes what happened. Throws when nobody can read it any more: then nobody wants the training either.
  func record(_ event: TrainingEvent) throws {
    let report = TrainingReport(event)
    if case .position(let position) = report, position.batch < position.batches {
      guard ContinuousClock.now >= nextPosition else { return }
      nextPosition = .now + Self.betweenPositions
    }
    try handle.write(contentsOf: try encoder.encode(report) + [0x0A])
  }
}

extension TrainingReport {
  /// What a training tells, for other programs.
  init(_ event: TrainingEvent) {
    switch event {
    case .warning(let text): self = .warning(text)
    case .started(let clips, let speakers, let parameters, let step):
      self = .start(.init(clips: clips, speakers: speakers, parameters: parameters, step: step))
    case .batch(let epoch, let batch, let batches):
      self = .position(.init(epoch: epoch, batch: batch, batches: batches))
    case .progress(let line):
      self = .progress(
        .init(
          epoch: line.epoch, epochs: line.epochs, batch: line.batch, batches: line.batches, step: line.step,
          loss: line.loss, accuracy: line.accuracy, learningRate: line.learningRate, margin: line.margin,
          clipsPerSecond: Self.known(line.clipsPerSecond), etaSeconds: Self.known(line.etaSeconds),
          waitShare: line.waitShare))
    case .evaluated(let epoch, let seconds, let summary, let curve):
      self = .evaluation(
        .init(
          epoch: epoch, seconds: seconds, equalErrorRate: summary.equalErrorRate, minimumCost: summary.minimumCost,
          threshold: Double(summary.threshold),
          errorRates: curve.points(atMost: Self.pointsOfCurve).map {
            .init(threshold: $0.threshold, missRate: $0.missRate, falseAlarmRate: $0.falseAlarmRate)
          }))
    case .saved(let path, let isBest): self = .saved(.init(path: path, isBest: isBest))
    }
  }

  /// Enough for a picture.
  private static let pointsOfCurve = 256

  /// Before time has passed there is no speed; JSON has no word for that.
  private static func known(_ value: Double) -> Double { value.isFinite ? value : 0 }
}
