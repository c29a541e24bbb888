internal import VoiceRPC
internal import VoiceRecognition

/// Lets a call in when the identity in the caller's certificate is in the row of the method.
struct CertificateInterceptor: ServerInterceptor {
  let trustDomain: String

  func intercept(_ context: ServerContext, next: () async throws -> Void) async throws {
    try check(context.method, identity: context.spiffeID)
    try await next()
  }

  /// Throws `permissionDenied` unless the owner of the identity, `spiffe://<trust domain>/<service>`, may call the
  /// method.
  func check(_ method: String, identity: String?) throws(RecognitionError) {
    if MethodTable.isOpen(method) { return }
    guard let row = MethodTable.row(of: method) else {
      throw RecognitionError(.permissionDenied, reason: "METHOD_NOT_ALLOWED", "\(method) is nobody's to call")
    }
    guard let allowed = row.callers else { return }
    let prefix = "spiffe://\(trustDomain)/"
    guard let identity, identity.hasPrefix(prefix) else {
      throw RecognitionError(
        .permissionDenied, reason: "IDENTITY_UNKNOWN",
        "the caller's certificate names \(identity ?? "nobody") and not \(prefix)SERVICE: deploy/make-certs.sh makes "
          + "one that does")
    }
    guard let caller = CallerIdentity(identity, in: trustDomain), allowed.contains(caller) else {
      let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
      throw RecognitionError(
        .permissionDenied, reason: "METHOD_NOT_ALLOWED",
        "\(identity) may not call \(method.dropFirst()): it is for \(names)")
    }
  }
}
