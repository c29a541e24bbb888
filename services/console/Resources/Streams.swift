internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition

/// Live streams, as a browser can have them: audio by requests, events by an `EventSource`.
struct Streams: Sendable {
  /// The longest piece of audio.
  private static let pieceBytes = 1 << 20
  let streams: LiveStreams
  let gate: LoginGate

  func add(to routes: Routes) {
    routes.on(.post, "streams", isQuick: true) { try await open($0) }
    routes.on(.post, "streams/:stream/audio", isQuick: true) { call in
      let stream = try await stream(call)
      try stream.beginAudio()
      defer { stream.endAudio() }
      try await call.bodies.with(call.request, atMost: Self.pieceBytes) { body throws in
        try stream.take(Bytes(body.readableBytesView))
      }
      return Response(status: .accepted)
    }
    routes.on(.post, "streams/:stream/end", isQuick: true) { call in
      try await stream(call).halfClose()
      return Response(status: .accepted)
    }
    routes.on(.delete, "streams/:stream", isQuick: true) { call in
      try await stream(call).cancel()
      return Response(status: .noContent)
    }
    routes.on(.get, "streams/:stream/events", isQuick: true) { call in
      let stream = try await stream(call)
      return EventStream.answer(to: call.context) { sink in
        await stream.read { event in
          guard let event = try? ServerSentEvent(event) else { return false }
          return await sink(event)
        }
      }
    }
  }

  private func open(_ call: Call) async throws -> Response {
    let known = Session(call.request)
    let owner = known ?? Session()
    return try await call.with(StreamBody.self) { body in
      let stream = try await streams.open(try body.settings(), owner: owner)
      var response = Response(json: ["stream": stream.id], status: .created)
      if known == nil {
        response.headers[.setCookie] = owner.field(for: call.request, hasTLS: gate.hasTLS)
      }
      return response
    }
  }

  private func stream(_ call: Call) async throws -> LiveStream {
    try await streams.stream(try call.name("stream"), of: Session(call.request))
  }
}

/// How a live stream is recognised.
struct StreamBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case collection, sampleRateHz, windowSeconds, hopSeconds, threshold, topK
  }
  let collection: String?
  let sampleRateHz: Whole<UInt32>
  let windowSeconds: Double?
  let hopSeconds: Double?
  let threshold: Double?
  let topK: Whole<UInt32>?

  /// On the wire. Throws `invalidArgument` for a rate that no microphone has.
  func settings() throws(RecognitionError) -> GatewayV1.IdentifyStreamSettings {
    let rate = sampleRateHz.value
    guard (4000...192_000).contains(rate) else {
      throw .invalid("sampleRateHz", "must be 4000 to 192000, not \(rate)")
    }
    return .with {
      ($0.collection, $0.encoding, $0.sampleRateHz, $0.channels) = (collection ?? "", .pcmS16le, rate, 1)
      ($0.windowSeconds, $0.hopSeconds) = (windowSeconds ?? 0, hopSeconds ?? 0)
      ($0.threshold, $0.topK) = (threshold, topK?.value ?? 0)
    }
  }
}
