import TestSupport
import Testing
import VoiceConfiguration
import VoiceTensor

@testable import VoiceTraining

@Suite("Fine-tuning")
struct FineTuningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try BuzzCorpus.make() }

  private func options(_ save: String, parent: String? = nil) throws -> Trainer.Options {
    let augmentation = try BuzzCorpus.experiment().dataset.augmentation
    var options = Trainer.Options(root: folder.path, savePath: folder.file(save), augmentation: augmentation)
    options.pretrained = parent
    return options
  }

  private func checkpoint(_ save: String) throws -> CheckpointFolder.Content {
    try CheckpointFolder.read(folder.file("\(save)/TDNN_Fbank/last_model"))
  }

  /// A network that has learnt a little; gives its keys.
  @discardableResult
  private func parent(batches: Int = 6) async throws -> [String] {
    _ = try await BuzzCorpus.train(try BuzzCorpus.experiment(), try options("parent"), cancelAfter: batches)
    return try checkpoint("parent").parameters.keys.filter { $0.hasPrefix("0.") }.map { String($0.dropFirst(2)) }
      .sorted()
  }

  private func child(_ name: String, _ tuning: String, cancelAfter batches: Int = .max) async throws {
    let parent = folder.file("parent/TDNN_Fbank/last_model/model.safetensors")
    _ = try await BuzzCorpus.train(
      try BuzzCorpus.experiment(training: ", fine_tuning: {\(tuning)}"), try options(name, parent: parent),
      cancelAfter: batches)
  }

  @Test("Frozen norms keep their running statistics while the weights move; norms that are not move them")
  func frozenNorms() async throws {
    try await parent()
    try await child("frozen", "freeze_batch_norm: yes", cancelAfter: 3)
    try await child("free", "freeze_batch_norm: no", cancelAfter: 3)
    let (parent, frozen, free) = (
      try checkpoint("parent").parameters, try checkpoint("frozen").parameters, try checkpoint("free").parameters
    )
    for (key, value) in parent where key.hasPrefix("0.") && key.contains("running_") {
      #expect((frozen[key] == value) == true, "\(key)")
      #expect((free[key] == value) == false, "\(key)")
    }
    let moved = parent.filter { $0.key.hasPrefix("0.") && $0.key.hasSuffix("weight") && frozen[$0.key] != $0.value }
    #expect(moved.count == parent.count { $0.key.hasPrefix("0.") && $0.key.hasSuffix("weight") })
  }

  @Test("A factor of 0 leaves what it is for alone, to the bit; the longest key counts")
  func rates() async throws {
    let keys = try await parent()
    let layer = try #require(keys.first { $0.hasSuffix("weight") && $0.contains(".") }).prefix { $0 != "." }
    let open = try #require(keys.first { $0.hasPrefix("\(layer).") && $0.hasSuffix("weight") })
    try await child("layers", "freeze_batch_norm: yes, learning_rate_factors: {\(layer): 0, '\(open)': 1}")
    let (before, after) = (try checkpoint("parent").parameters, try checkpoint("layers").parameters)
    for key in keys where key.hasPrefix("\(layer).") {
      #expect((before["0.\(key)"] == after["0.\(key)"]) == (key != open), "\(key)")
    }
    #expect(keys.contains { !$0.hasPrefix("\(layer).") && before["0.\($0)"] != after["0.\($0)"] })
  }

  @Test("A factor for what the network lacks is an error that names it")
  func unknownLayer() throws {
    let experiment = try BuzzCorpus.experiment(training: ", fine_tuning: {learning_rate_factors: {head: 0.1}}")
    let error = #expect(throws: TrainingError.self) { try Trainer(experiment, options("x")) { _ in } }
    #expect(error?.message.contains("TDNN has no parameter of head") == true)
  }

  @Test("An imprinted classifier knows the speakers before the first step")
  func imprints() async throws {
    try await self.parent(batches: .max)
    let parent = folder.file("parent/TDNN_Fbank/last_model/model.safetensors")
    func firstAccuracy(_ save: String, imprints: Bool) async throws -> Double {
      var experiment = try BuzzCorpus.experiment(training: ", fine_tuning: {freeze_batch_norm: yes}")
      experiment.training.fineTuning.imprintsClassifier = imprints
      experiment.dataset.loader.batchSize = 24
      var options = try options(save, parent: parent)
      (options.augmentation.speed, options.augmentation.noise) = (nil, nil)
      let events = try await BuzzCorpus.train(experiment, options, cancelAfter: 1).1
      return try #require(events.compactMap { if case .progress(let line) = $0 { line } else { nil } }.first).accuracy
    }
    let (imprinted, drawn) = (
      try await firstAccuracy("imprinted", imprints: true), try await firstAccuracy("drawn", imprints: false)
    )
    #expect(imprinted > drawn, "\(imprinted), drawn at random \(drawn)")
  }

  @Test("What cannot be imprinted is said: speeds that count as speakers, a network that knows nothing yet")
  func imprintsOnlyVoiceprints() async throws {
    let experiment = try BuzzCorpus.experiment(training: ", fine_tuning: {imprint_classifier: yes}")
    let fresh = try options("fresh")
    let error = #expect(throws: TrainingError.self) { try Trainer(experiment, fresh) { _ in } }
    #expect(error?.message.contains("--pretrained-model") == true)

    try await parent(batches: 1)
    var speeds = try options("x", parent: folder.file("parent/TDNN_Fbank/last_model/model.safetensors"))
    speeds.augmentation.speed?.makesSpeakers = true
    let thrice = speeds
    let other = #expect(throws: TrainingError.self) { try Trainer(experiment, thrice) { _ in } }
    #expect(other?.message.contains("speed_perturb_3_class") == true)
  }
}
