package import VoiceRPC
package import VoiceRecognition

/// The one table between the domain's errors and the wire's status codes.
package enum ErrorTable {
  /// Every kind of failure with its status; each status stands once, so the table reads both ways.
  package static let rows: [(code: RecognitionError.Code, status: StatusCode)] = [
    (.invalidArgument, .invalidArgument),
    (.notFound, .notFound),
    (.alreadyExists, .alreadyExists),
    (.failedPrecondition, .failedPrecondition),
    (.resourceExhausted, .resourceExhausted),
    (.deadlineExceeded, .deadlineExceeded),
    (.cancelled, .cancelled),
    (.aborted, .aborted),
    (.unavailable, .unavailable),
    (.dataLoss, .dataLoss),
    (.permissionDenied, .permissionDenied),
    (.unauthenticated, .unauthenticated),
    (.unimplemented, .unimplemented),
    (.internal, .internalError),
  ]

  /// The status of a kind of failure.
  package static func status(of code: RecognitionError.Code) -> StatusCode {
    rows.first { $0.code == code }?.status ?? .internalError
  }

  /// The kind of failure of a status; what no service of ours sends is `internal`.
  package static func code(of status: StatusCode) -> RecognitionError.Code {
    rows.first { $0.status == status }?.code ?? .internal
  }
}
