internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// Why a call did not do what it was asked, as the service told it.
public struct VoiceprintError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: String, Sendable {
    /// Something about the request; ``VoiceprintError/field`` says what.
    case invalidArgument
    /// There is no such person, collection or epoch.
    case notFound
    /// There is one of that name already.
    case alreadyExists
    /// Not in the state that things are in, e.g. voiceprints of different epochs.
    case failedPrecondition
    /// The service has too much to do; ``VoiceprintError/retryAfter`` says when to try again.
    case resourceExhausted
    /// The service is not there.
    case unavailable
    /// It took too long.
    case deadlineExceeded
    /// The caller gave up.
    case cancelled
    /// Another failure of the service; its log says more.
    case other
  }

  /// What kind of failure it is.
  public let code: Code
  /// What exactly, for machines, e.g. `AUDIO_TOO_SHORT`.
  public let reason: String
  /// What happened and what to do, for people.
  public let message: String
  /// The field of the request that is wrong.
  public let field: String?
  /// After how long another try may succeed.
  public let retryAfter: Duration?

  init(
    _ code: Code, reason: String, _ message: String, field: String? = nil, retryAfter: Duration? = nil
  ) {
    (self.code, self.reason, self.message, self.field, self.retryAfter) = (code, reason, message, field, retryAfter)
  }

  init(_ error: RPCError) {
    let known = RecognitionError(error, from: "gateway")
    self.init(
      Code(error.code), reason: known.reason, known.message, field: known.field, retryAfter: known.retryAfter)
  }

  public var description: String { "\(code.rawValue) (\(reason)): \(message)" }
}

extension VoiceprintError.Code {
  fileprivate init(_ status: StatusCode) {
    switch status {
    case .invalidArgument, .outOfRange: self = .invalidArgument
    case .notFound: self = .notFound
    case .alreadyExists: self = .alreadyExists
    case .failedPrecondition: self = .failedPrecondition
    case .resourceExhausted: self = .resourceExhausted
    case .unavailable: self = .unavailable
    case .deadlineExceeded: self = .deadlineExceeded
    case .cancelled: self = .cancelled
    default: self = .other
    }
  }
}
