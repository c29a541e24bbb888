internal import VoiceMessages
package import VoiceRPC
package import VoiceRecognition

extension RPCError {
  /// The wire's form of a domain error: status, `ErrorInfo`, and `BadRequest` and `RetryInfo` where they apply.
  package init(_ error: RecognitionError) {
    var details = [ErrorDetail.info(reason: error.reason, metadata: error.metadata)]
    if let field = error.field {
      let violation = GoogleRPC.BadRequest.FieldViolation.with {
        $0.field = field
        $0.description = error.message
      }
      let request = GoogleRPC.BadRequest.with { $0.fieldViolations = [violation] }
      details.append(.init(packing: request, named: ErrorDetail.badRequest))
    }
    if let delay = error.retryAfter {
      let (seconds, attoseconds) = delay.components
      let duration = GoogleProtobuf.Duration.with {
        $0.seconds = seconds
        $0.nanos = Int32(attoseconds / 1_000_000_000)
      }
      let retry = GoogleRPC.RetryInfo.with { $0.retryDelay = duration }
      details.append(.init(packing: retry, named: ErrorDetail.retryInfo))
    }
    self.init(ErrorTable.status(of: error.code), error.message, details: details)
  }

  /// The wire's form of whatever a handler threw. None goes without an `ErrorInfo`: where the domain did not speak, its
  /// reason is the name of the status.
  init(answering error: any Error, deadline: Deadline) {
    if let error = error as? RecognitionError { self.init(error) } else { self.init(thrown: error, deadline: deadline) }
    if details.isEmpty { details = [ErrorDetail.info(reason: "\(code)", metadata: [:])] }
  }
}

extension RecognitionError {
  /// The domain error that another service sent; `peer` names that service where it cannot be reached.
  package init(_ error: RPCError, from peer: String) {
    var (reason, metadata) = ("", [String: String]())
    var field: String?
    var retryAfter: Duration?
    for detail in error.details {
      if let info = detail.unpack(GoogleRPC.ErrorInfo.self, named: ErrorDetail.errorInfo) {
        (reason, metadata) = (info.reason, info.metadata)
      } else if let bad = detail.unpack(GoogleRPC.BadRequest.self, named: ErrorDetail.badRequest) {
        field = bad.fieldViolations.first?.field
      } else if let retry = detail.unpack(GoogleRPC.RetryInfo.self, named: ErrorDetail.retryInfo),
        let delay = retry.retryDelay
      {
        retryAfter = .seconds(delay.seconds) + .nanoseconds(Int64(delay.nanos))
      }
    }
    let code = ErrorTable.code(of: error.code)
    if reason.isEmpty {
      // The peer's gRPC library spoke, not the peer: say who could not be reached.
      self.init(
        code, reason: "\(peer.uppercased())_\(error.code)", "\(peer): \(error.message)",
        retryAfter: code == .unavailable ? .seconds(1) : nil)
    } else {
      self.init(
        code, reason: reason, error.message, field: field, metadata: metadata, retryAfter: retryAfter)
    }
  }
}

private enum ErrorDetail {
  static let domain = "voiceprint"
  static let errorInfo = "google.rpc.ErrorInfo"
  static let badRequest = "google.rpc.BadRequest"
  static let retryInfo = "google.rpc.RetryInfo"

  static func info(reason: String, metadata: [String: String]) -> GoogleProtobuf.`Any` {
    let info = GoogleRPC.ErrorInfo.with { ($0.reason, $0.domain, $0.metadata) = (reason, domain, metadata) }
    return .init(packing: info, named: errorInfo)
  }
}

extension GoogleProtobuf.`Any` {
  fileprivate init(packing message: some Message, named name: String) {
    self.init()
    typeUrl = "type.googleapis.com/\(name)"
    value = Bytes(message.serialized())
  }

  /// The message inside when it is of that name; nil for another, and for damaged bytes: a detail is never essential.
  fileprivate func unpack<M: Message>(_ type: M.Type, named name: String) -> M? {
    guard typeUrl.hasSuffix("/\(name)") else { return nil }
    return try? value.withUnsafeBytes { try M(serialized: $0, memoryLimit: 1 << 20) }
  }
}
