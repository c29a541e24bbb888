internal import CGRPC

/// The core's credentials of a channel.
///
/// `@unchecked Sendable`: it owns a C object that nothing changes.
final class ChannelCredentials: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Without options: no TLS. Throws `INVALID_ARGUMENT` for PEM that cannot work.
  init(_ options: TLSClientOptions?) throws(RPCError) {
    GRPCRuntime.start()
    guard let options else {
      pointer = grpc_insecure_credentials_create()
      return
    }
    if let watched = options.watched {
      pointer = grpc_tls_credentials_create(watched.coreOptions())
      return
    }
    if let roots = options.roots { try PEM.checkCertificates(roots, named: "the root certificates") }
    try options.identity?.check()
    pointer = withOptionalCString(options.roots) { roots in
      guard let identity = options.identity else { return grpc_ssl_credentials_create_ex(roots, nil, nil, nil) }
      return identity.withPair { grpc_ssl_credentials_create_ex(roots, $0, nil, nil) }
    }
  }

  deinit { grpc_channel_credentials_release(pointer) }
}

/// The core's credentials of a server.
///
/// `@unchecked Sendable`: it owns a C object that nothing changes.
final class ServerCredentials: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Without options: no TLS. Throws `INVALID_ARGUMENT` for PEM that cannot work.
  init(_ options: TLSServerOptions?) throws(RPCError) {
    GRPCRuntime.start()
    guard let options else {
      pointer = grpc_insecure_server_credentials_create()
      return
    }
    if let watched = options.watched {
      let core = watched.coreOptions()
      grpc_tls_credentials_options_set_cert_request_type(core, Self.mode(asking: watched.authority != nil))
      pointer = grpc_tls_server_credentials_create(core)
      return
    }
    if let roots = options.clientRoots { try PEM.checkCertificates(roots, named: "the client root certificates") }
    try options.identity.check()
    let mode = Self.mode(asking: options.clientRoots != nil)
    pointer = withOptionalCString(options.clientRoots) { roots in
      options.identity.withPair { grpc_ssl_server_credentials_create_ex(roots, $0, 1, mode, nil) }
    }
  }

  private static func mode(asking: Bool) -> grpc_ssl_client_certificate_request_type {
    asking
      ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
  }

  fileprivate init(takingOwnershipOf pointer: OpaquePointer) { self.pointer = pointer }

  deinit { grpc_server_credentials_release(pointer) }
}

extension TLSIdentity {
  /// Calls `body` with the pair that the core reads; it copies what it keeps.
  fileprivate func withPair<Result>(_ body: (UnsafeMutablePointer<grpc_ssl_pem_key_cert_pair>) -> Result) -> Result {
    privateKey.withCString { key in
      certificateChain.withCString { chain in
        var pair = grpc_ssl_pem_key_cert_pair(private_key: key, cert_chain: chain)
        return body(&pair)
      }
    }
  }

  /// Throws `INVALID_ARGUMENT` unless the TLS library takes certificate and key and they belong together.
  ///
  /// The core asks the TLS library only when a server listens with them, so a server that nobody can reach does.
  func check(chain: String = "the certificate chain", key: String = "the private key") throws(RPCError) {
    try PEM.checkCertificates(certificateChain, named: chain)
    try PEM.checkPrivateKey(privateKey, named: key)
    let credentials = ServerCredentials(
      takingOwnershipOf: withPair {
        grpc_ssl_server_credentials_create_ex(nil, $0, 1, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, nil)
      })
    guard TrialServer.listens(with: credentials) else {
      throw RPCError(
        .invalidArgument, "the TLS library refuses \(chain) with \(key): do certificate and key match?")
    }
  }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text else { return body(nil) }
  return text.withCString { body($0) }
}
