internal import ArgumentParser
internal import Foundation
internal import VoiceConcurrency
internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint train`: a network learns to tell the speakers of a list apart.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains the network of an experiment.",
    discussion: """
      Checkpoints lie in SAVE/<network>_<front-end>: epoch_N (the last three), last_model and best_model, each with
      model.safetensors, optimizer.safetensors and model.state. A run goes on from last_model by itself; interrupted at
      any moment and started again it gives the same weights as one that never was. TensorBoard reads
      SAVE/<network>_<front-end>/log. Ctrl-C saves and tells how to go on.
      """)

  @OptionGroup var configs: ExperimentOption
  @Option(help: ArgumentHelp("Folder that lists and clips start from.", valueName: "DIR"))
  var root = "."
  @Option(help: ArgumentHelp("Folder of the checkpoints.", valueName: "DIR"))
  var saveModelPath = "models/"
  @Option(
    help: ArgumentHelp("A checkpoint folder to go on from (default: last_model, if there is one).", valueName: "DIR"))
  var resumeModel: String?
  @Option(help: ArgumentHelp("A checkpoint whose network is the beginning; the classifier is new.", valueName: "W"))
  var pretrainedModel: String?
  @Option(help: ArgumentHelp("mvector 1.1's augmentation.yml.", valueName: "A.yml"))
  var dataAugmentConfigs: String?
  @Option(help: "Whether each epoch is followed by an evaluation on the experiment's lists (true, false).")
  var doEval = true
  @Option(help: "Passes over the list (default: train_conf.max_epoch).")
  var maxEpoch: Int?
  @Option(help: "What all randomness follows from.")
  var seed: UInt64 = 0
  @Option(help: "Threads that compute (default: the cores).")
  var threads: Int?

  func validate() throws {
    guard threads ?? 1 > 0, maxEpoch ?? 1 > 0 else { throw ValidationError("Threads and epochs are at least 1.") }
  }

  func run() async throws {
    FreedMemory.keepInProcess()
    let outcome = try await reporting {
      var experiment = try configs.load()
      if let maxEpoch { experiment.training.maxEpoch = maxEpoch }
      let augmentation =
        try dataAugmentConfigs.map { try AugmentationConfiguration.load(file: $0) } ?? experiment.dataset.augmentation
      var options = Trainer.Options(root: root, savePath: saveModelPath, augmentation: augmentation)
      options.resume = resumeModel
      options.pretrained = pretrainedModel
      options.evaluates = doEval
      options.seed = seed
      options.threads = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
      return try await train(experiment, options)
    }
    switch outcome {
    case .finished(let eer):
      print("finished" + (eer.map { "; best EER \(Terminal.decimal($0, 5))" } ?? ""))
    case .cancelled(let checkpoint):
      Terminal.say("interrupted; saved \(checkpoint): the same command goes on from there")
      throw ExitCode(1)
    }
  }

  /// On a thread of its own: training blocks it, and Ctrl-C only raises a flag.
  private func train(
    _ experiment: ExperimentConfiguration, _ options: Trainer.Options
  ) async throws -> Trainer.Outcome {
    let pool = ComputePool(name: "trainer", threads: 1, queueLimit: 1)
    let flag = CancellationFlag()
    do {
      let outcome = try await cancelledByInterrupts {
        try await withTaskCancellationHandler {
          // Not the task's own cancellation: the trainer ends by itself, after it has saved.
          try await Task {
            try await pool.run { _ in
              let recorder = TrainingRecorder(experiment, options)
              return try Trainer(experiment, options, report: recorder.record).run(flag)
            }
          }.value
        } onCancel: {
          flag.cancel()
        }
      }
      await pool.shutDown()
      return outcome
    } catch {
      await pool.shutDown()
      throw error
    }
  }
}
