internal import VoiceCluster
internal import VoiceRecognition

/// What becomes of a job when the work on it here is over.
enum JobEnding: Sendable, Hashable {
  /// It stays like this; the message is for people.
  case ended(JobState, message: String = "")
  /// It goes back to the queue. Unless it `counts`, this attempt was none.
  case released(message: String, counts: Bool)
  /// It is another trainer's: nothing of it may be written any more.
  case lost

  /// What becomes of it after its process, unless that had to stop for a reason; nil when none was begun.
  init(_ reason: JobControl.Reason?, after end: TrainingProcess.End?, worker: String) {
    switch (reason, end?.status) {
    case (.lost, _): self = .lost
    // Whatever was asked of it came too late.
    case (_, .exited(0)): self = .ended(.finished)
    case (let reason?, _): self = Self.stopped(reason, worker: worker)
    case (nil, _?) where end?.exceededMegabytes != nil:
      // Again it would need as much.
      self = .ended(.failed, message: Self.memory(end?.exceededMegabytes ?? 0))
    case (nil, .exited?): self = .ended(.failed, message: end?.lastWords ?? "")
    case (nil, .killed(let signal)?):
      self = .released(message: "the training process was killed by signal \(signal)", counts: true)
    case (nil, nil): self = .released(message: "the training was not begun", counts: true)
    }
  }

  /// What becomes of it after a failure on the way. What is no fault of the training itself may succeed with another
  /// trainer, or later with this one, as often as attempts are left.
  init(_ reason: JobControl.Reason?, failure error: any Error, worker: String) {
    let known = error as? RecognitionError
    if known?.reason == RecognitionError.leaseLost {
      self = .lost
    } else if let reason {
      // A process that had to stop has done nothing wrong by not coming to its end.
      self = Self.stopped(reason, worker: worker)
    } else if let known, [.notFound, .invalidArgument].contains(known.code) {
      self = .ended(.failed, message: known.message)
    } else {
      self = .released(message: known?.message ?? "\(error)", counts: true)
    }
  }

  private static func memory(_ megabytes: Int) -> String {
    "the training needs more memory than the \(megabytes) MB of the trainer's jobs.memory_megabytes: a smaller "
      + "batch_size or shorter clips need less, or the trainer must give more"
  }

  private static func stopped(_ reason: JobControl.Reason, worker: String) -> Self {
    switch reason {
    case .lost: .lost
    case .cancel: .ended(.cancelled)
    case .drain: .released(message: "the trainer \(worker) was shut down", counts: false)
    }
  }
}
