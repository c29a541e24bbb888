internal import Hummingbird
internal import VoiceRecognition

/// What requests to the interface pass where people sign in.
struct LoginGate: Sendable {
  /// Nil where nobody signs in.
  let sessions: Sessions?
  /// Whether the console itself speaks TLS.
  let hasTLS: Bool

  /// Runs `body` for who is signed in. Throws `unauthenticated` for anybody else, and when the gateway does not take
  /// the key any more, which ends the session.
  func pass<Result: Sendable>(
    _ request: Request, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    guard let sessions else { return try await body() }
    guard let visitor = Session(request).flatMap({ sessions.visitor($0) }) else { throw Sessions.notSignedIn }
    return try await Visitor.$current.withValue(visitor) {
      try await Caller.$current.withValue(visitor.rights.caller) {
        do { return try await body() } catch let error as RecognitionError where error.code == .unauthenticated {
          sessions.end(visitor.session)
          throw error
        }
      }
    }
  }
}
