internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition

/// A request to the interface with what it takes to answer it.
struct Call: Sendable {
  let request: Request
  let context: ConsoleContext
  let query: Query
  let bodies: Bodies

  /// A name that stands in the path. Throws `invalidArgument` for what is no text.
  func name(_ key: String) throws(RecognitionError) -> String {
    guard let text = context.parameters.get(key).flatMap({ PercentCoding.decode($0) }) else {
      throw .invalid(key, "is not UTF-8 in percent-encoding")
    }
    return text
  }

  /// Runs `use` with the JSON of the body.
  func with<Body: JSONBody, Result>(_ type: Body.Type, _ use: (Body) async throws -> Result) async throws -> Result {
    try await bodies.with(type, request, use)
  }

  /// Runs `use` with the body as one recording. Throws `invalidArgument` for a body of another type.
  func withAudio<Result>(_ use: (TypesV1.Audio) async throws -> Result) async throws -> Result {
    let type = request.headers[.contentType] ?? ""
    for other in ["application/json", "application/x-www-form-urlencoded", "multipart/", "text/"]
    where type.lowercased().hasPrefix(other) {
      throw RecognitionError.invalid("Content-Type", "must be audio/* or application/octet-stream, not \(type)")
    }
    return try await bodies.with(request) { body in
      guard body.readableBytes > 0 else {
        throw RecognitionError.invalid("body", "is empty: send the bytes of an audio file", reason: "AUDIO_EMPTY")
      }
      return try await use(.with { $0.content = Bytes(body.readableBytesView) })
    }
  }
}

/// The paths of the interface.
struct Routes {
  private let group: RouterGroup<ConsoleContext>
  private let bodies: Bodies
  private let gate: LoginGate

  init(_ group: RouterGroup<ConsoleContext>, _ bodies: Bodies, _ gate: LoginGate) {
    (self.group, self.bodies, self.gate) = (group, bodies, gate)
  }

  /// Answers a method and path to who is signed in, where people sign in, and with `isOpen` to everybody. The answer is
  /// given up when the client goes away, unless `isQuick` says that it takes no time.
  func on(
    _ method: HTTPRequest.Method, _ path: RouterPath, query keys: Set<String> = [], isQuick: Bool = false,
    isOpen: Bool = false, _ answer: @escaping @Sendable (Call) async throws -> Response
  ) {
    group.on(path, method: method) { [bodies, gate] request, context -> Response in
      let query = try Query(request.uri.query, knowing: keys)
      let call = Call(request: request, context: context, query: query, bodies: bodies)
      if isOpen { return try await answer(call) }
      return try await gate.pass(request) {
        if isQuick { return try await answer(call) }
        return try await context.whileConnected { try await answer(call) }
      }
    }
  }
}
