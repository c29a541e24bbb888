internal import VoiceMessages
internal import VoiceRPC

/// Measures how long after the last sample of a window its answer is here, in streams that go as fast as people speak.
struct LiveBenchmark: Sendable {
  /// The time between two pieces of sound, as a microphone gives them.
  private static let pieceMilliseconds = 20

  let client: GatewayClient
  let settings: GatewayV1.IdentifyStreamSettings
  /// 16-bit samples of one channel; they begin anew where they end.
  let sound: [UInt8]
  let seconds: Double

  /// The delays of one stream's windows in ms: those in which somebody was heard, and how many there were in all.
  struct Delays: Sendable {
    var spoken: [Double] = []
    var windows = 0
  }

  /// The delays of `streams` streams at a time, which do not begin at the same moment.
  func run(streams: Int, hop: Duration) async throws -> Delays {
    try await withThrowingTaskGroup(of: Delays.self) { group in
      for stream in 0..<streams {
        group.addTask {
          try await Task.sleep(for: hop * stream / streams)
          return try await self.stream()
        }
      }
      return try await group.reduce(into: Delays()) { all, one in
        all.spoken += one.spoken
        all.windows += one.windows
      }
    }
  }

  private func stream() async throws -> Delays {
    let delays = Collected()
    try await client.call(GatewayClient.Service.identifyStream) { writer, responses in
      try await writer.write(.with { $0.part = .settings(settings) })
      let begin = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.speak(since: begin, into: writer) }
        group.addTask {
          for try await response in responses {
            guard case .window(let window)? = response.event else { continue }
            await delays.add(window, (ContinuousClock.now - begin) / .milliseconds(1))
          }
        }
        try await group.waitForAll()
      }
    }
    return await delays.all
  }

  /// Sends each piece at the moment when its last sample would have been spoken.
  private func speak(
    since begin: ContinuousClock.Instant, into writer: RequestWriter<GatewayV1.IdentifyStreamRequest>
  ) async throws {
    let bytes = Int(settings.sampleRateHz) * Self.pieceMilliseconds / 1000 * 2
    for piece in 0..<Int(seconds * 1000) / Self.pieceMilliseconds {
      try await Task.sleep(until: begin + .milliseconds((piece + 1) * Self.pieceMilliseconds), clock: .continuous)
      let content = (0..<bytes).map { sound[(piece * bytes + $0) % sound.count] }
      try await writer.write(.with { $0.part = .audio(Bytes(content)) })
    }
    try await writer.finish()
  }

  private actor Collected {
    private(set) var all = Delays()

    /// Takes a window that came `milliseconds` after the stream's beginning.
    func add(_ window: GatewayV1.IdentifyStreamWindow, _ milliseconds: Double) {
      all.windows += 1
      // In silence there is nothing to compute.
      if window.decision != .unspecified { all.spoken.append(milliseconds - window.endSeconds * 1000) }
    }
  }
}
