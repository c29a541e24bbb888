internal import ArgumentParser
internal import VoiceAudio
internal import VoiceConcurrency
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceTensor
internal import VoiceTraining

/// `voiceprint benchmark inference`: voiceprints of random features.
struct InferenceBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inference", abstract: "Measures voiceprints of an experiment's network: milliseconds an utterance.",
    discussion: """
      As an embedding replica computes them: one utterance is one forward pass on one thread, as many at once as there \
      are threads. The median of the rounds after one that warms up, divided by the utterances of a round. Operations \
      are those of convolutions and linear layers by their definition; the peak is what the cores in use multiply and \
      add in registers.
      """)

  @OptionGroup var configs: ExperimentOption
  @Option(help: "Frames of an utterance.")
  var frames = 298
  @Option(help: "Utterances of a round.")
  var batch = 1
  @Option(help: "Threads that compute.")
  var threads = 1
  @Option(help: "Rounds that are measured.")
  var rounds = 30
  @Option(help: "What convolutions multiply: float32, bf16 or float16.")
  var precision = EpochPrecision.float32
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard frames > 0, batch > 0, threads > 0, rounds > 0 else {
      throw ValidationError("Frames, batch, threads and rounds are at least 1.")
    }
    guard precision.kernels.isSupported else {
      throw ValidationError("This machine's processor does not multiply \(precision.rawValue) numbers.")
    }
  }

  private struct Answer: Encodable, Sendable {
    var model: String
    var precision: String
    var frames: Int
    var batch: Int
    var threads: Int
    var ms: Double
    var gflops: Double
    var peakGflops: Double
    var shareOfPeak: Double
  }

  func run() async throws {
    let answer = try await reporting {
      let experiment = try configs.load()
      let bins = try FrontEndConfiguration(experiment).makeFrontEnd().bins
      let network = try TrainingSetup(experiment, bins: bins, classes: 1).network
      let (frames, batch, threads, rounds, precision) = (frames, batch, threads, rounds, precision.kernels)
      let pool = ComputePool(name: "benchmark", threads: 1, queueLimit: 1)
      let result = try await pool.run { _ in
        try InferenceBenchmark(network, frames: frames, precision: precision)
          .run(rounds: rounds, batch: batch, threads: threads)
      }
      await pool.shutDown()
      let peak = result.peak * Double(min(threads, batch))
      return Answer(
        model: network.architecture, precision: self.precision.rawValue, frames: frames, batch: batch, threads: threads,
        ms: result.median, gflops: result.gigaflops, peakGflops: peak, shareOfPeak: result.gigaflops / peak)
    }
    if json { return try printJSON(answer) }
    print(
      """
      \(answer.model), \(answer.precision), \(frames) frames, batch \(batch), \(threads) threads
      an utterance  \(Terminal.decimal(answer.ms, 2)) ms
      speed         \(Terminal.decimal(answer.gflops, 1)) GFLOP/s, \
      \(Terminal.decimal(answer.shareOfPeak * 100, 0)) % of the peak of \(Terminal.decimal(answer.peakGflops, 0))
      """)
  }
}
