package import VoiceMessages

/// Why a call failed: what a handler throws and what a caller catches.
package struct RPCError: Error, Sendable {
  /// The status.
  package var code: StatusCode
  /// What happened and what to do, for people.
  package var message: String
  /// What happened, for machines: messages of `google.rpc`, e.g. `ErrorInfo`.
  package var details: [GoogleProtobuf.`Any`]
  /// Metadata that came, or goes, with the status.
  package var trailers: Metadata
  /// What brought it about on this side; it does not travel.
  package var cause: (any Error)?

  /// An error with this status.
  package init(
    _ code: StatusCode, _ message: String, details: [GoogleProtobuf.`Any`] = [], trailers: Metadata = [:],
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.details = details
    self.trailers = trailers
    self.cause = cause
  }
}

extension RPCError: CustomStringConvertible {
  /// Code, message and cause in one line.
  package var description: String {
    cause.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
  }
}
