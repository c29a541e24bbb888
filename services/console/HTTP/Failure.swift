internal import Hummingbird
internal import VoiceRecognition
internal import VoiceServiceKit

/// The body of every answer that is none.
struct Failure: Encodable, Sendable, Hashable {
  struct Content: Encodable, Sendable, Hashable {
    /// gRPC's name of the status.
    let code: String
    /// What happened and what to do, for people.
    let message: String
  }
  let error: Content
}

/// A request whose body is longer than it may be.
struct ContentTooLarge: Error {
  let maximum: Int
}

extension RecognitionError {
  /// What people are told of any error: where the domain did not speak, little.
  init(anything error: any Error) {
    switch error {
    case let error as RecognitionError: self = error.inWordsOfTheInterface
    case is CancellationError: self.init(.cancelled, reason: "CANCELLED", "the client has gone")
    case let error as ContentTooLarge:
      self.init(
        .resourceExhausted, reason: "CONTENT_TOO_LARGE", "the body is longer than \(error.maximum) bytes: send less")
    case let error as any HTTPResponseError where error.status == .notFound:
      self.init(.notFound, reason: "NO_SUCH_PATH", "there is nothing under this method and path")
    case let error as any HTTPResponseError where error.status.kind == .clientError:
      self.init(.invalidArgument, reason: "BAD_REQUEST", "the request cannot be read: \(error)")
    default: self.init(.internal, reason: "INTERNAL", "the console is at fault; its log says more")
    }
  }

  /// Fields by the names that they have here: `toEpoch` for `to_epoch`.
  private var inWordsOfTheInterface: RecognitionError {
    guard let field else { return self }
    return renamingField(field, to: Self.camelCase(field))
  }

  static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_", omittingEmptySubsequences: true)
    guard let first = words.first else { return name }
    return words.dropFirst().reduce(String(first)) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }

  /// The name of the status on the wire, and the status of HTTP.
  var wireCode: String { "\(ErrorTable.status(of: code))" }

  var status: HTTPResponse.Status {
    switch code {
    case .invalidArgument: .badRequest
    case .unauthenticated: .unauthorized
    case .permissionDenied: .forbidden
    case .notFound: .notFound
    case .alreadyExists: .conflict
    case .failedPrecondition: .preconditionFailed
    case .resourceExhausted: reason == "CONTENT_TOO_LARGE" ? .contentTooLarge : .tooManyRequests
    case .cancelled: .init(code: 499, reasonPhrase: "Client Closed Request")
    case .unimplemented: .notImplemented
    case .unavailable: .serviceUnavailable
    case .deadlineExceeded: .gatewayTimeout
    case .aborted, .dataLoss, .internal: .internalServerError
    }
  }
}

extension Response {
  /// The answer to a request that failed.
  init(answering error: any Error) {
    let error = RecognitionError(anything: error)
    self.init(json: Failure(error: .init(code: error.wireCode, message: error.message)), status: error.status)
    guard status == .tooManyRequests || status == .serviceUnavailable else { return }
    let seconds = ((error.retryAfter ?? .seconds(1)) / .seconds(1)).rounded(.up)
    headers[.retryAfter] = "\(max(1, Int(min(seconds, 3600))))"
  }
}
