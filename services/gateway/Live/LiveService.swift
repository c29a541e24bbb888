internal import Synchronization
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Recognition of people while they speak: admits streams and ends those that pass a limit.
final class LiveService: Sendable {
  typealias Requests = MessageStream<GatewayV1.IdentifyStreamRequest>

  private let recogniser: GatewayService.Recogniser
  private let registry: RegistryClient
  private let limits: LiveLimits
  private let pool: ComputePool
  private let metrics: DecisionMetrics
  private let stopping = News()
  private let count = Mutex(0)

  /// `pool` decodes files that cannot be decoded before their end.
  init(
    recogniser: GatewayService.Recogniser, registry: RegistryClient, limits: LiveLimits, pool: ComputePool,
    metrics: DecisionMetrics
  ) {
    (self.recogniser, self.registry, self.limits, self.pool) = (recogniser, registry, limits, pool)
    self.metrics = metrics
  }

  /// How many streams are being recognised.
  var streams: Int { count.withLock { $0 } }

  func identify(_ requests: Requests, _ writer: LiveSession.Writer) async throws {
    try enter()
    defer { count.withLock { $0 -= 1 } }
    let watch = LiveWatch(limits, stopping: stopping)
    try await watch.whileAllowed { try await self.serve(requests, writer, watch) }
  }

  /// Ends every stream: the server is to stop.
  func end() { stopping.finish() }

  private func enter() throws {
    let isAdmitted = count.withLock { count in
      guard count < limits.streams else { return false }
      count += 1
      return true
    }
    if isAdmitted { return }
    throw RecognitionError(
      .resourceExhausted, reason: "TOO_MANY_STREAMS",
      "\(limits.streams) streams are recognised already, the most that this gateway takes: try again later",
      retryAfter: .seconds(5))
  }

  private func serve(_ requests: Requests, _ writer: LiveSession.Writer, _ watch: LiveWatch) async throws {
    var iterator = requests.makeAsyncIterator()
    guard case .settings(let settings)? = try await iterator.next()?.part else {
      throw RecognitionError.invalid("settings", "the stream must begin with them")
    }
    var session = try await begin(settings)
    watch.touch()
    while let request = try await iterator.next() {
      guard case .audio(let audio)? = request.part else {
        throw RecognitionError.invalid("audio", "after the settings only audio may follow")
      }
      try await KeyHolder.current?.recheck()
      try await session.take(audio, writer)
      watch.touch()
    }
    try await session.finish(writer)
  }

  /// Checks all that can be checked before the first sound.
  private func begin(_ settings: GatewayV1.IdentifyStreamSettings) async throws -> LiveSession {
    let collection = try CollectionName.named(settings.collection)
    let topK = try LiveSettings.topK(Int(settings.topK))
    if let threshold = settings.threshold { try Threshold.check(threshold, field: "settings.threshold") }
    _ = try await registry.collection(collection)
    return try LiveSession(settings, limits: limits, pool: pool) { [recogniser, metrics] samples, rate in
      let audio = TypesV1.Audio.with {
        $0.content = samples.withUnsafeBytes { Bytes($0) }
        $0.encoding = .pcmF32le
        $0.sampleRateHz = UInt32(clamping: rate)
      }
      let answer = try await MeteredExtractor.$isCounted.withValue(true) {
        try await recogniser.identify(audio, in: collection, threshold: settings.threshold, topK: topK)
      }
      metrics.record(answer.decision, score: answer.candidates.first?.score, [answer.report])
      return answer
    }
  }
}
