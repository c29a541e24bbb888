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

@Suite("Training")
struct TrainerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try BuzzCorpus.make() }

  private func experiment(_ change: String = "") throws -> ExperimentConfiguration {
    try BuzzCorpus.experiment(change)
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
    try await BuzzCorpus.train(try experiment(), options, cancelAfter: batches)
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
