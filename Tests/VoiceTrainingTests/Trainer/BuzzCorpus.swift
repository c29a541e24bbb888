import Synchronization
import TestSupport
import VoiceAudio
import VoiceConcurrency
import VoiceConfiguration
import VoiceTensor

@testable import VoiceTraining

/// Voices that are made here, buzzes, each speaker with a pitch; and a network small enough to learn them in a test.
enum BuzzCorpus {
  /// A folder with eight clips of each of four speakers, and the lists train, enroll and trials.
  static func make() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var lists = ["train": "", "enroll": "", "trials": ""]
    for speaker in 0..<4 {
      for clip in 0..<8 {
        var random = RandomSource(seed: UInt64(10 * speaker + clip))
        let period = Double(60 + 25 * speaker) + random.uniform(in: -2...2)
        let samples = (0..<12_000).map { index in
          Float(Double(index).truncatingRemainder(dividingBy: period) / period - 0.5) * 0.4 + random.uniform() * 0.02
        }
        let path = "s\(speaker)/\(clip).wav"
        _ = try folder.write(WAVWriter.int16(samples, sampleRate: 16_000), to: path)
        let list = clip < 6 ? "train" : clip == 6 ? "enroll" : "trials"
        lists[list, default: ""] += "\(path)\t\(speaker)\n"
      }
    }
    for (name, text) in lists { _ = try folder.write(text.utf8, to: "\(name).txt") }
    return folder
  }

  /// A training of three passes; `change` are more lines of YAML, `training` more keys of `train_conf`.
  static func experiment(_ change: String = "", training: String = "") throws -> ExperimentConfiguration {
    try ExperimentConfiguration.parse(
      """
      dataset_conf:
        {max_duration: 0.6, train_list: train.txt, enroll_list: enroll.txt, trials_list: trials.txt,
         dataLoader: {batch_size: 4, num_workers: 2}, aug_conf: {speed_perturb: yes, noise_dir: s0}}
      preprocess_conf: {method_args: {num_mel_bins: 20}}
      model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
      loss_conf: {loss: AAMLoss, use_margin_scheduler: yes}
      optimizer_conf: {optimizer_args: {lr: 0.01}, scheduler_args: {warmup_epoch: 1, max_lr: 0.01}}
      train_conf: {max_epoch: 3, log_interval: 2\(training)}
      \(change)
      """, file: "e.yml")
  }

  /// Trains on a thread of its own and gives what was told; cancels after so many batches.
  static func train(
    _ experiment: ExperimentConfiguration, _ options: Trainer.Options, cancelAfter batches: Int = .max
  ) async throws -> (Trainer.Outcome, [TrainingEvent]) {
    try await onThread {
      let flag = CancellationFlag()
      let events = Mutex<[TrainingEvent]>([])
      var done = 0
      let outcome = try Trainer(experiment, options) { event in
        events.withLock { $0.append(event) }
        if case .batch = event { done += 1 }
        if done >= batches { flag.cancel() }
      }.run(flag)
      return (outcome, events.withLock { $0 })
    }
  }
}
