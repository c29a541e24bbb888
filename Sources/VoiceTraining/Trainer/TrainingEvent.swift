package import VoiceEvaluation

/// What a training tells while it runs.
package enum TrainingEvent: Sendable {
  /// A line of the log: means since the one before.
  package struct Progress: Sendable, Hashable {
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
    /// Learning rate of the next batch, as mvector's log has it.
    package var learningRate: Double
    /// Margin in force.
    package var margin: Double
    /// Clips a second.
    package var clipsPerSecond: Double
    /// Seconds that are left.
    package var etaSeconds: Double
    /// Share of the time that was spent waiting for clips, 0 to 1.
    package var waitShare: Double
  }

  /// Something that the user should know, and the training goes on.
  case warning(String)
  /// The list and the network.
  case started(clips: Int, speakers: Int, parameters: Int, resumedAtStep: Int)
  /// A line of the log.
  case progress(Progress)
  /// One more batch is done: for a bar.
  case batch(epoch: Int, batch: Int, batches: Int)
  /// An evaluation after a pass that took so many seconds.
  case evaluated(epoch: Int, seconds: Double, EvaluationSummary, DetectionCurve)
  /// A checkpoint was written.
  case saved(path: String, isBest: Bool)
}
