/// What a training process tells, one JSON object a line: `{"progress": {…}}`.
package enum TrainingReport: Sendable, Hashable {
  /// The beginning: lists and network are read.
  package struct Start: Sendable, Hashable, Codable {
    /// Clips of the list.
    package var clips: Int
    /// Speakers of the list.
    package var speakers: Int
    /// Weights that are trained.
    package var parameters: Int
    /// Batches that were done already.
    package var step: Int

    /// A beginning of its parts.
    package init(clips: Int, speakers: Int, parameters: Int, step: Int) {
      (self.clips, self.speakers, self.parameters, self.step) = (clips, speakers, parameters, step)
    }
  }

  /// Where the training is in its list.
  package struct Position: Sendable, Hashable, Codable {
    /// Pass over the list, from 1.
    package var epoch: Int
    /// Batches of the pass that are done.
    package var batch: Int
    /// Of so many.
    package var batches: Int

    /// A position of its parts.
    package init(epoch: Int, batch: Int, batches: Int) {
      (self.epoch, self.batch, self.batches) = (epoch, batch, batches)
    }
  }

  /// A line of the log: means since the one before.
  package struct Progress: Sendable, Hashable, Codable {
    /// Pass over the list, from 1.
    package var epoch: Int
    /// Of so many.
    package var epochs: Int
    /// Batch of the pass, from 0.
    package var batch: Int
    /// Of so many.
    package var batches: Int
    /// Batches since the beginning.
    package var step: Int
    /// Mean loss.
    package var loss: Double
    /// Mean share of right answers, 0 to 1.
    package var accuracy: Double
    /// Learning rate of the next batch.
    package var learningRate: Double
    /// Margin in force.
    package var margin: Double
    /// Clips a second.
    package var clipsPerSecond: Double
    /// Seconds that are left.
    package var etaSeconds: Double
    /// Share of the time that was spent waiting for clips, 0 to 1.
    package var waitShare: Double

    /// A line of its parts.
    package init(
      epoch: Int, epochs: Int, batch: Int, batches: Int, step: Int, loss: Double, accuracy: Double,
      learningRate: Double, margin: Double, clipsPerSecond: Double, etaSeconds: Double, waitShare: Double
    ) {
      (self.epoch, self.epochs, self.batch, self.batches, self.step) = (epoch, epochs, batch, batches, step)
      (self.loss, self.accuracy, self.learningRate, self.margin) = (loss, accuracy, learningRate, margin)
      (self.clipsPerSecond, self.etaSeconds, self.waitShare) = (clipsPerSecond, etaSeconds, waitShare)
    }
  }

  /// An evaluation after a pass.
  package struct Evaluation: Sendable, Hashable, Codable {
    /// After this pass.
    package var epoch: Int
    /// Seconds that pass and evaluation took.
    package var seconds: Double
    /// Equal error rate, 0 to 1.
    package var equalErrorRate: Double
    /// Least detection cost.
    package var minimumCost: Double
    /// Threshold at the equal error rate.
    package var threshold: Double
    /// What thresholds from the lowest score to the highest get wrong, as many as make a picture; nil if nobody tells.
    package var errorRates: [ErrorRates]?

    /// An evaluation of its parts.
    package init(
      epoch: Int, seconds: Double, equalErrorRate: Double, minimumCost: Double, threshold: Double,
      errorRates: [ErrorRates]? = nil
    ) {
      (self.epoch, self.seconds, self.equalErrorRate) = (epoch, seconds, equalErrorRate)
      (self.minimumCost, self.threshold, self.errorRates) = (minimumCost, threshold, errorRates)
    }
  }

  /// What a threshold gets wrong.
  package struct ErrorRates: Sendable, Hashable, Codable {
    /// The highest score that is rejected.
    package var threshold: Float
    /// Share of the pairs of one speaker that are rejected, 0 to 1.
    package var missRate: Double
    /// Share of the pairs of two speakers that are accepted, 0 to 1.
    package var falseAlarmRate: Double

    /// Rates of their parts.
    package init(threshold: Float, missRate: Double, falseAlarmRate: Double) {
      (self.threshold, self.missRate, self.falseAlarmRate) = (threshold, missRate, falseAlarmRate)
    }
  }

  /// A checkpoint that lies in a folder.
  package struct Saved: Sendable, Hashable, Codable {
    /// The folder.
    package var path: String
    /// Whether its network is the best so far.
    package var isBest: Bool

    /// A checkpoint of its parts.
    package init(path: String, isBest: Bool) { (self.path, self.isBest) = (path, isBest) }
  }

  /// Lists and network are read.
  case start(Start)
  /// A batch is done.
  case position(Position)
  /// A line of the log.
  case progress(Progress)
  /// An evaluation.
  case evaluation(Evaluation)
  /// A checkpoint was written.
  case saved(Saved)
  /// Something that people should know.
  case warning(String)
}

extension TrainingReport: Codable {
  private enum Key: String, CodingKey, CaseIterable { case start, position, progress, evaluation, saved, warning }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard let key = container.allKeys.first else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no known report"))
    }
    self =
      switch key {
      case .start: .start(try container.decode(Start.self, forKey: key))
      case .position: .position(try container.decode(Position.self, forKey: key))
      case .progress: .progress(try container.decode(Progress.self, forKey: key))
      case .evaluation: .evaluation(try container.decode(Evaluation.self, forKey: key))
      case .saved: .saved(try container.decode(Saved.self, forKey: key))
      case .warning: .warning(try container.decode(String.self, forKey: key))
      }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .start(let value): try container.encode(value, forKey: .start)
    case .position(let value): try container.encode(value, forKey: .position)
    case .progress(let value): try container.encode(value, forKey: .progress)
    case .evaluation(let value): try container.encode(value, forKey: .evaluation)
    case .saved(let value): try container.encode(value, forKey: .saved)
    case .warning(let value): try container.encode(value, forKey: .warning)
    }
  }
}
