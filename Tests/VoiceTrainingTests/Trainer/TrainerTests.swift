import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import VoiceAudio
import VoiceConcurrency
import VoiceConfiguration
import VoiceEvaluation
import VoiceTensor

@testable import VoiceTraining

/// Trains a small network on voices that are made here: buzzes, each speaker with a pitch.
@Suite("Training")
struct TrainerTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
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
  }

  private func experiment(_ change: String = "") throws -> ExperimentConfiguration {
    try ExperimentConfiguration.parse(
      """
      dataset_conf:
        {max_duration: 0.6, train_list: train.txt, enroll_list: enroll.txt, trials_list: trials.txt,
         dataLoader: {batch_size: 4, num_workers: 2}, aug_conf: {speed_perturb: yes, noise_dir: s0}}
      preprocess_conf: {method_args: {num_mel_bins: 20}}
      model_conf: {model: TDNN, model_args: {channels: 16, embd_dim: 8}}
      loss_conf: {loss: AAMLoss, use_margin_scheduler: yes}
      optimizer_conf: {optimizer_args: {lr: 0.01}, scheduler_args: {warmup_epoch: 1, max_lr: 0.01}}
      train_conf: {max_epoch: 3, log_interval: 2}
      \(change)
      """, file: "e.yml")
  }

  private func options(_ save: String) throws -> Trainer.Options {
    let augmentation = try experiment().dataset.augmentation
    var options = Trainer.Options(root: folder.path, savePath: folder.file(save), augmentation: augmentation)
    options.seed = 5
    return options
  }

  /// Trains on a thread of its own and gives what was told; cancels after so many batches.
  private func train(
    _ options: Trainer.Options, cancelAfter batches: Int = .max
  ) async throws -> (Trainer.Outcome, [TrainingEvent]) {
    let experiment = try experiment()
    return try await onThread {
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

  private func weights(_ save: String) throws -> [String: StoredTensor] {
    try CheckpointFolder.read("\(folder.path)/\(save)/TDNN_Fbank/last_model").parameters
  }

  @Test("It learns, evaluates after each pass, and keeps the last, the best and three epochs")
  func learns() async throws {
    let (outcome, events) = try await train(try options("a"))
    guard case .finished(let best?) = outcome else { Issue.record("it did not finish: \(outcome)"); return }
    #expect(best < 0.3)
    let lines = events.compactMap { event in if case .progress(let line) = event { line } else { nil } }
    // The loss need not fall: the margin grows meanwhile.
    #expect(lines.count == 9 && lines.allSatisfy { $0.loss.isFinite && (0...1).contains($0.accuracy) })
    #expect(lines.allSatisfy { $0.clipsPerSecond > 0 && $0.epochs == 3 && $0.batches == 6 })
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("a/TDNN_Fbank")).sorted()
    #expect(names == ["best_model", "epoch_1", "epoch_2", "epoch_3", "last_model"])
    let state = try CheckpointFolder.read(folder.file("a/TDNN_Fbank/last_model")).state
    #expect(state.lastEpoch == 3 && state.step == 18 && state.bestEER == best && state.useModel == "TDNN")
  }

  @Test("Interrupted in a pass and resumed, with another number of threads, it gives the same weights to the bit",
    arguments: [1, 5, 6, 11])
  func resumes(after batches: Int) async throws {
    _ = try await train(try options("whole"))
    let first = try await train(try options("cut"), cancelAfter: batches).0
    guard case .cancelled(let checkpoint) = first else { Issue.record("\(first)"); return }
    #expect(FileManager.default.fileExists(atPath: "\(checkpoint)/model.state"))
    var again = try options("cut")
    again.threads = 1
    let second = try await train(again)
    guard case .started(_, _, _, let step)? = second.1.first(where: { if case .started = $0 { true } else { false } })
    else { Issue.record("nothing was started"); return }
    #expect(step >= batches)
    #expect(try weights("cut") == weights("whole"))
  }

  @Test("A pretrained network is the beginning, and what does not fit is told")
  func pretrained() async throws {
    _ = try await train(try options("parent"))
    var child = try options("child")
    child.pretrained = folder.file("parent/TDNN_Fbank/best_model/model.safetensors")
    let events = try await train(child, cancelAfter: 1).1
    #expect(!events.contains { if case .warning = $0 { true } else { false } })
    child.pretrained = folder.file("train.txt")
    child.savePath = folder.file("other")
    let bad = child
    await #expect(throws: (any Error).self) { try await train(bad) }
  }

  @Test("A wrong number of speakers is told with the right one before anything is computed")
  func speakers() throws {
    var experiment = try experiment()
    experiment.model.classifier.speakerCount = 2796
    let error = #expect(throws: TrainingError.self) { try Trainer(experiment, options("x")) { _ in } }
    #expect(error?.message.contains("set it to 4") == true)
  }

  @Test("A checkpoint begun with another seed, or that is none, is refused by name")
  func badCheckpoint() async throws {
    _ = try await train(try options("seed"), cancelAfter: 1)
    var other = try options("seed")
    other.seed = 6
    #expect(throws: TrainingError.self) { try Trainer(experiment(), other) { _ in } }
    other.resume = folder.path
    let error = #expect(throws: TrainingError.self) { try Trainer(experiment(), other) { _ in } }
    #expect(error?.message.contains("no checkpoint to go on from") == true)
  }
}
