internal import FoundationEssentials
internal import Hummingbird
internal import Synchronization
internal import VoiceRecognition

/// Reads bodies: each of at most so many bytes, and all that are held at a time of at most so many.
final class Bodies: Sendable {
  private let maximum: Int
  private let allMaximum: Int
  private let held = Mutex(0)

  init(maximum: Int, allMaximum: Int) { (self.maximum, self.allMaximum) = (maximum, allMaximum) }

  /// Runs `use` with the body, which counts until that returns. Throws `ContentTooLarge`, `resourceExhausted` when the
  /// bodies of others take the room, and what `use` throws.
  func with<Result>(
    _ request: Request, atMost limit: Int? = nil, _ use: (ByteBuffer) async throws -> Result
  ) async throws -> Result {
    let limit = min(limit ?? maximum, maximum)
    let declared = request.headers[.contentLength].flatMap { Int($0) }
    if let declared, declared > limit { throw ContentTooLarge(maximum: limit) }
    let room = declared ?? limit
    try take(room)
    defer { held.withLock { $0 -= room } }
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: limit) } catch let error as any HTTPResponseError
      where error.status == .contentTooLarge
    {
      throw ContentTooLarge(maximum: limit)
    }
    return try await use(body)
  }

  /// Runs `use` with the JSON of the body; an empty one is an empty object. Throws `invalidArgument` naming the key
  /// that is wrong.
  func with<Body: JSONBody, Result>(
    _ type: Body.Type, _ request: Request, _ use: (Body) async throws -> Result
  ) async throws -> Result {
    try await with(request) { buffer in
      let data = buffer.readableBytes == 0 ? Data("{}".utf8) : Data(buffer.readableBytesView)
      return try await use(try Body.read(data))
    }
  }

  private func take(_ room: Int) throws(RecognitionError) {
    let isFree = held.withLock { held in
      guard held + room <= allMaximum else { return false }
      held += room
      return true
    }
    guard isFree else {
      throw RecognitionError(
        .resourceExhausted, reason: "BODIES", "too much is being sent to this console: try again later",
        retryAfter: .seconds(1))
    }
  }
}
