internal import FoundationEssentials
internal import VoiceAudio
internal import VoiceCluster
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC

/// Measures a feature service that is always busy against a thread of this process, by turns.
struct FeatureServiceBenchmark: Sendable {
  /// Medians of the turns.
  struct Result: Encodable, Sendable {
    var inFlight: Int
    var recordingsPerSecond: Double
    var inProcessPerSecond: Double
    /// Median of the turns' ratios.
    var share: Double
    /// Processor time of the service, of all its threads, for a recording.
    var cpuMs: Double
  }

  private static let turns = 5
  private static let turn = Duration.seconds(1)
  private let benchmark: FeatureBenchmark
  private let inFlight: Int
  private let request: FeatureV1.ExtractRequest

  init(_ benchmark: FeatureBenchmark, inFlight: Int, bins: Int) {
    self.benchmark = benchmark
    self.inFlight = inFlight
    request = .with {
      $0.audio = .with { $0.content = Bytes(benchmark.recording) }
      $0.frontEnd = .with {
        $0.featureMethod = "Fbank"
        $0.methodArgs = ["num_mel_bins": "\(bins)"]
        $0.sampleRateHz = 16_000
        $0.useDbNormalization = true
        $0.targetDb = -20
      }
    }
  }

  /// Starts the service beside this program, measures, and ends it.
  func run(_ pool: ComputePool) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("voiceprint-benchmark-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let service = try await LoneService.start(
      .feature, settings: ["compute.threads=1", "log.level=error"],
      log: folder.appendingPathComponent("feature.log").path, installation: .current())
    do {
      let result = try await measure(service, pool)
      await service.end()
      return result
    } catch {
      await service.end()
      throw error
    }
  }

  private func measure(_ service: LoneService, _ pool: ComputePool) async throws -> Result {
    var options = ChannelOptions()
    options.maxReceivedMessageBytes = 64 << 20
    let (load, channel) = (ClosedLoop(inFlight: inFlight), try Channel(service.target, options: options))
    let (benchmark, request) = (benchmark, request)
    let extract = { @Sendable in _ = try await channel.call(FeatureV1.FeatureService.extract, request) }
    _ = try await load.run(for: .milliseconds(500), extract)
    var (served, own, cpu): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<Self.turns {
      own.append(try await pool.run { _ in try benchmark.throughput(over: Self.turn) })
      let before = try ProcessorTime.of(service.process.pid)
      let calls = try await load.run(for: Self.turn, extract)
      cpu.append((try ProcessorTime.of(service.process.pid) - before) / .milliseconds(1) / Double(calls.count))
      served.append(calls.perSecond)
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return Result(
      inFlight: inFlight, recordingsPerSecond: median(served), inProcessPerSecond: median(own),
      share: median(zip(served, own).map { $0 / $1 }), cpuMs: median(cpu))
  }
}
