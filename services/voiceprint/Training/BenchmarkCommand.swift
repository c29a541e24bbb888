internal import ArgumentParser
internal import Foundation
internal import VoiceAudio
internal import VoiceConcurrency
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint benchmark`: how fast this machine computes.
struct BenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark", abstract: "Measures how fast this machine computes and a cluster answers.",
    subcommands: [
      InferenceBenchmarkCommand.self, TrainingBenchmarkCommand.self, FeatureBenchmarkCommand.self,
      SearchBenchmarkCommand.self, LiveBenchmarkCommand.self, WireBenchmarkCommand.self,
      RPCBenchmarkCommand.self,
    ])
}

/// `voiceprint benchmark training`: steps of training on random features.
struct TrainingBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training", abstract: "Measures training steps of an experiment's network: speed and peak memory.",
    discussion: """
      A step is a forward and a backward pass of a batch of random features; the median of the steps after one that
      warms up. Operations are those of convolutions and linear layers, three times the forward pass' for a step.
      """)

  @OptionGroup var configs: ExperimentOption
  @Option(help: "Utterances of a batch.")
  var batch = 32
  @Option(help: "Frames of an utterance.")
  var frames = 298
  @Option(help: "Steps that are measured.")
  var steps = 3
  @Option(help: "Threads that compute (default: the cores).")
  var threads: Int?
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard batch > 1, frames > 0, steps > 0, threads ?? 1 > 0 else {
      throw ValidationError("A batch has at least 2 utterances; frames, steps and threads are at least 1.")
    }
  }

  private struct Answer: Encodable, Sendable {
    var network: String
    var threads: Int
    var utterancesPerSecond: Double
    var stepMilliseconds: Double
    var gigaflops: Double
    var peakMemoryBytes: Int
  }

  func run() async throws {
    FreedMemory.keepInProcess()
    let answer = try await reporting {
      let experiment = try configs.load()
      let bins = try FrontEndConfiguration(experiment).makeFrontEnd().bins
      let network = try TrainingSetup(experiment, bins: bins, classes: 1).network
      let threads = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
      let (batch, frames, steps) = (batch, frames, steps)
      let pool = ComputePool(name: "benchmark", threads: 1, queueLimit: 1)
      let result = try await pool.run { _ in
        try TrainingBenchmark(network, batch: batch, frames: frames).run(steps: steps, threads: threads)
      }
      await pool.shutDown()
      return Answer(
        network: network.architecture, threads: threads,
        utterancesPerSecond: Double(batch) / result.milliseconds * 1000, stepMilliseconds: result.milliseconds,
        gigaflops: result.megaflops / 1000, peakMemoryBytes: result.peakMemoryBytes)
    }
    if json { return try printJSON(answer) }
    print(
      """
      \(answer.network), batch \(batch) x \(frames) frames, \(answer.threads) threads
      utterances a second  \(Terminal.decimal(answer.utterancesPerSecond, 1))
      step                 \(Terminal.decimal(answer.stepMilliseconds, 1)) ms
      speed                \(Terminal.decimal(answer.gigaflops, 1)) GFLOP/s
      peak memory          \(answer.peakMemoryBytes >> 20) MiB
      """)
  }
}
