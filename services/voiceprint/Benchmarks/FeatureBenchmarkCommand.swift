internal import ArgumentParser
internal import VoiceAudio
internal import VoiceConcurrency
internal import VoiceTensor

/// `voiceprint benchmark features`: front-end, resampling and the feature service.
struct FeatureBenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features", abstract: "Measures front-end, resampling, and the feature service.",
    discussion: """
      Medians on one thread, in milliseconds a recording of noise: the front-end alone; resampling alone; and all of \
      it, from the bytes of a 16-bit WAV to features with their report. The stop band is the loudest trace that a tone \
      above the new Nyquist frequency leaves, the pass band ends where 0.1 dB are lost; resampy's filter is that of \
      the features, the fine one has soxr HQ's stop band.

      With --service a feature service of one compute thread is started, and recordings are sent to it so that it \
      always has the next ones: its recordings a second, by turns with those of one thread of this process.
      """)

  @Option(help: "Seconds of a recording.")
  var seconds = 10.0
  @Option(help: "Rate in Hz that is resampled from.")
  var sourceRate = 44_100
  @Option(help: "Bins of the Fbank.")
  var bins = 80
  @Option(help: "Rounds that are measured.")
  var rounds = 50
  @Flag(help: "Measure the feature service too.")
  var service = false
  @Option(help: "Recordings that are with the service at a time.")
  var inFlight = 4
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (0.5...600).contains(seconds), (1000...192_000).contains(sourceRate), rounds > 0, inFlight > 0 else {
      throw ValidationError(
        "A recording has 0.5 to 600 s, a rate 1000 to 192000 Hz; rounds and recordings in flight are at least 1.")
    }
  }

  private struct Answer: Encodable, Sendable {
    var frontEnd: String
    var seconds: Double
    var threads = 1
    var frontEndMs: Double
    var resamplingMs: Double
    var sourceRate: Int
    var stopBandDb: Double
    var passBandHz: Double
    var fineResamplingMs: Double
    var fineStopBandDb: Double
    var finePassBandHz: Double
    var pipelineMs: Double
    var resampledPipelineMs: Double
    var service: FeatureServiceBenchmark.Result?
  }

  func run() async throws {
    FreedMemory.keepInProcess()
    let answer = try await reporting {
      let configuration = FrontEndConfiguration(methodArguments: ["num_mel_bins": "\(bins)"])
      let benchmark = FeatureBenchmark(configuration, seconds: seconds, sourceRate: sourceRate)
      let (rounds, sourceRate) = (rounds, sourceRate)
      let pool = ComputePool(name: "benchmark", threads: 1, queueLimit: 1)
      let result = try await pool.run { _ in try benchmark.run(rounds: rounds) }
      let (response, fine) = try await pool.run { _ in
        let rate = configuration.sampleRate
        return (
          try FeatureBenchmark.response(from: sourceRate, to: rate, filter: .resampy),
          try FeatureBenchmark.response(from: sourceRate, to: rate, filter: .fine)
        )
      }
      let throughput =
        service ? try await FeatureServiceBenchmark(benchmark, inFlight: inFlight, bins: bins).run(pool) : nil
      await pool.shutDown()
      return Answer(
        frontEnd: "Fbank-\(bins)", seconds: seconds, frontEndMs: result.frontEnd, resamplingMs: result.resampling,
        sourceRate: sourceRate, stopBandDb: response.stopBandDB, passBandHz: response.passBandHertz,
        fineResamplingMs: result.fineResampling, fineStopBandDb: fine.stopBandDB, finePassBandHz: fine.passBandHertz,
        pipelineMs: result.pipeline, resampledPipelineMs: result.resampledPipeline, service: throughput)
    }
    if json { return try printJSON(answer) }
    print(
      """
      \(answer.frontEnd) of \(Terminal.decimal(seconds, 1)) s, one thread
      front-end            \(Terminal.decimal(answer.frontEndMs, 3)) ms
      from \(sourceRate) Hz        \(Terminal.decimal(answer.resamplingMs, 3)) ms, \
      stop band \(Terminal.decimal(answer.stopBandDb, 1)) dB, pass band \(Terminal.decimal(answer.passBandHz, 0)) Hz
      with the fine filter \(Terminal.decimal(answer.fineResamplingMs, 3)) ms, \
      stop band \(Terminal.decimal(answer.fineStopBandDb, 1)) dB, \
      pass band \(Terminal.decimal(answer.finePassBandHz, 0)) Hz
      WAV to features      \(Terminal.decimal(answer.pipelineMs, 3)) ms, \
      from \(sourceRate) Hz \(Terminal.decimal(answer.resampledPipelineMs, 3)) ms
      """)
    guard let service = answer.service else { return }
    print(
      """
      feature service      \(Terminal.decimal(service.recordingsPerSecond, 1)) recordings/s, \
      \(Terminal.decimal(service.share * 100, 1)) % of \(Terminal.decimal(service.inProcessPerSecond, 1)) in process; \
      \(Terminal.decimal(service.cpuMs, 3)) ms of its processor time each
      """)
  }
}
