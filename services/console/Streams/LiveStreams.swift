internal import ServiceLifecycle
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// All live streams; each runs in a task of the group that `run` awaits.
actor LiveStreams: Service {
  private let gateway: @Sendable () -> Upstream
  private let limits: ConsoleConfiguration.Limits
  private var streams: [String: LiveStream] = [:]
  private let newcomers: AsyncStream<LiveStream>
  private let door: AsyncStream<LiveStream>.Continuation

  /// `gateway` gives it as the one calls it who opens a stream.
  init(gateway: @escaping @Sendable () -> Upstream, limits: ConsoleConfiguration.Limits) {
    (self.gateway, self.limits) = (gateway, limits)
    (newcomers, door) = AsyncStream.makeStream()
  }

  /// Begins a stream. Throws `resourceExhausted` when there are as many as may be.
  func open(_ settings: GatewayV1.IdentifyStreamSettings, owner: Session) throws(RecognitionError) -> LiveStream {
    guard streams.count < limits.streams else {
      throw RecognitionError(
        .resourceExhausted, reason: "STREAMS", "there are \(limits.streams) live streams already: try again later",
        retryAfter: .seconds(5))
    }
    let stream = LiveStream(
      settings, owner: owner, gateway: gateway(), backlogSeconds: limits.streamBacklogSeconds)
    guard case .enqueued = door.yield(stream) else {
      throw .unavailable("console", "the console is shutting down: try again")
    }
    streams[stream.id] = stream
    return stream
  }

  /// A stream of the owner's. Throws `notFound` for any other.
  func stream(_ id: String, of owner: Session?) throws(RecognitionError) -> LiveStream {
    guard let stream = streams[id], stream.owner == owner else { throw .missing("stream", id) }
    return stream
  }

  /// Ends those of an owner at once.
  func cancel(of owner: Session) {
    for stream in streams.values where stream.owner == owner { stream.cancel() }
  }

  /// Runs the streams until the console is to end; then all are cancelled.
  func run() async {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        for await stream in self.newcomers { group.addTask { await self.run(stream) } }
        self.door.finish()
        group.cancelAll()
      }
    }
  }

  private nonisolated func run(_ stream: LiveStream) async {
    await TraceContext.$current.withValue(TraceContext()) { await stream.run(limits: limits) }
    await stream.linger(limits.streamIdle)
    await forget(stream)
  }

  private func forget(_ stream: LiveStream) { streams[stream.id] = nil }
}
