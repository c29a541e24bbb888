internal import ArgumentParser
internal import Foundation
internal import Glibc
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

      'mpirun -np N voiceprint train …' trains with N processes (a build with --traits MPI), each with batches of
      batch_size of its own; rank 0 alone writes, and a run goes on with as many processes as it was begun with. When
      one is lost or the job is stopped, rank 0 saves the last whole step and all end; mpirun gives it a second for
      that, a large network may need more: --mca odls_base_sigkill_timeout 10. SIGUSR1 to mpirun ends all of them
      together after the step in hand, and takes the time that the saving takes.
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
  @Option(help: "Threads that compute (default: the cores, or with mpirun this process' share of them).")
  var threads: Int?
  @Option(help: ArgumentHelp("Seconds between two checkpoints inside of a pass.", valueName: "S"))
  var checkpointSeconds: Double?
  @Option(help: ArgumentHelp("A file or named pipe for what happens, a JSON object a line.", valueName: "FILE"))
  var progress: String?
  @Flag(help: "With mpirun: batch norms take the statistics of all processes' batches, not of their own alone.")
  var syncBatchNorm = false

  func validate() throws {
    guard threads ?? 1 > 0, maxEpoch ?? 1 > 0 else { throw ValidationError("Threads and epochs are at least 1.") }
    guard checkpointSeconds ?? 1 > 0 else { throw ValidationError("--checkpoint-seconds is more than 0.") }
  }

  func run() async throws {
    FreedMemory.keepInProcess()
    let ranks = LaunchedRanks()
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
      options.sharesNormStatistics = syncBatchNorm
      options.checkpointInterval = checkpointSeconds.map { .seconds($0) }
      options.threads = threads ?? ranks?.cores ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
      return try await train(experiment, options, ranks)
    }
    switch outcome {
    case .finished where ranks?.isFirst == false: break
    case .finished(let eer):
      print("finished" + (eer.map { "; best EER \(Terminal.decimal($0, 5))" } ?? ""))
    case .cancelled where ranks?.isFirst == false: throw ExitCode(1)
    case .cancelled(let checkpoint):
      Terminal.say("interrupted; saved \(checkpoint): the same command goes on from there")
      throw ExitCode(1)
    }
  }

  /// On a thread of its own: training blocks it, and Ctrl-C only raises a flag.
  private func train(
    _ experiment: ExperimentConfiguration, _ options: Trainer.Options, _ ranks: LaunchedRanks?
  ) async throws -> Trainer.Outcome {
    // A named pipe is one host's: the others of a job could not open it, or would wait for its reader for ever.
    let progress = ranks?.isFirst ?? true ? progress : nil
    let pool = ComputePool(name: "trainer", threads: 1, queueLimit: 1)
    let flag = CancellationFlag()
    let lastStep = LastWholeStep()
    do {
      let outcome = try await stoppable(flag, ranks, lastStep) {
        try await pool.run { _ in
          guard let ranks else { return try Self.train(experiment, options, progress, flag) }
          return try ranks.join { group in
            var options = options
            (options.group, options.lastStep) = (group, lastStep)
            return try Self.train(experiment, options, progress, flag)
          }
        }
      }
      await pool.shutDown()
      return outcome
    } catch {
      await pool.shutDown()
      throw error
    }
  }

  /// Runs a training that signals stop. It ends by itself, after it has saved, and not with the task.
  private func stoppable(
    _ flag: CancellationFlag, _ ranks: LaunchedRanks?, _ lastStep: LastWholeStep,
    _ body: @escaping @Sendable () async throws -> Trainer.Outcome
  ) async throws -> Trainer.Outcome {
    // mpirun passes this signal on to all: they agree on the step after which they end.
    try await handling(ranks == nil ? [] : [SIGUSR1], { flag.cancel() }) {
      try await cancelledByInterrupts {
        try await withTaskCancellationHandler {
          try await Task { try await body() }.value
        } onCancel: {
          if ranks == nil { flag.cancel() } else { Self.end(saving: lastStep) }
        }
      }
    }
  }

  private static func train(
    _ experiment: ExperimentConfiguration, _ options: Trainer.Options, _ progress: String?, _ flag: CancellationFlag
  ) throws -> Trainer.Outcome {
    let recorder = TrainingRecorder(experiment, options)
    let file = try progress.map { try ProgressFile($0) }
    return try Trainer(experiment, options) { event in
      recorder.record(event)
      // Whoever asked for it has gone and with them the reason to train: end as when interrupted, with a checkpoint.
      do { try file?.record(event) } catch { flag.cancel() }
    }.run(flag)
  }

  /// Ends one of several processes at once, also when its trainer waits for one that is gone for ever. Not from the
  /// thread that calls, which is not to be blocked.
  private static func end(saving lastStep: LastWholeStep) {
    _ = WorkerThread(name: "last-words") {
      do {
        if let checkpoint = try lastStep.save() {
          Terminal.say(
            "a process is gone or the job was stopped; saved \(checkpoint): the same command goes on from there")
        }
      } catch { Terminal.say("voiceprint: \(error)") }
      // Neither threads nor exit handlers are waited for: MPI's would wait for the others.
      _exit(1)
    }
  }
}
