/// The call as its handler and the interceptors see it.
package final class ServerContext: Sendable {
  /// Path of the method, as "/voiceprint.gateway.v1.GatewayService/Identify".
  package let method: String
  /// What the caller sent along.
  package let metadata: Metadata
  /// Until when the caller waits.
  package let deadline: Deadline
  private let call: ServerCall

  init(_ call: ServerCall, method: String, metadata: Metadata, deadline: Deadline) {
    self.call = call
    self.method = method
    self.metadata = metadata
    self.deadline = deadline
  }

  /// Address of the caller, as "ipv4:127.0.0.1:40112".
  package var peer: String { call.handle.peer }

  /// What the TLS handshake says of the caller under a name of gRPC, e.g. "x509_common_name" or
  /// "x509_subject_alternative_name"; empty without mutual TLS.
  package func authenticatedProperties(named name: String) -> [String] {
    call.handle.authenticatedProperties(named: name)
  }

  /// The identity in the caller's certificate, as "spiffe://voiceprint/gateway"; nil without mutual TLS, and for a
  /// certificate without one.
  package var spiffeID: String? { authenticatedProperties(named: "peer_spiffe_id").first }

  /// Whether the caller has given up, lost the connection or run out of time; the handler's task is then cancelled.
  package var isCancelled: Bool { call.isCancelled }

  /// Adds to what is sent before the first response; without effect once that is sent. Throws for illegal keys or
  /// values.
  package func addResponseMetadata(_ metadata: Metadata) throws(RPCError) {
    try metadata.validate()
    call.addInitialMetadata(metadata)
  }

  /// Adds to what is sent with the status. Throws for illegal keys or values.
  package func addTrailers(_ trailers: Metadata) throws(RPCError) {
    try trailers.validate()
    call.addTrailers(trailers)
  }
}
