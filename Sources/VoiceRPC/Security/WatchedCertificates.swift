internal import CGRPC
internal import FoundationEssentials

/// Certificates in files, which are read again while the process runs: what replaces them is used for all connections
/// that are made from then on, and those that there are stay.
///
/// Replace a file by renaming another one to it. With certificate and key in one file they always belong together.
///
/// `@unchecked Sendable`: it owns a C object that is made for several threads, and nothing else changes.
package final class WatchedCertificates: @unchecked Sendable {
  /// Where the certificates are.
  package struct Files: Sendable, Hashable {
    /// The own certificate and its intermediates, PEM; nil without one.
    package var certificate: String?
    /// The key of the certificate, PEM; nil where it is in the same file.
    package var privateKey: String?
    /// The certificates that vouch for the other side, PEM; nil where nobody does.
    package var authority: String?

    /// The paths of the files.
    package init(certificate: String? = nil, privateKey: String? = nil, authority: String? = nil) {
      (self.certificate, self.privateKey, self.authority) = (certificate, privateKey, authority)
    }
  }

  /// Where the certificates are.
  package let files: Files
  /// The own certificate as it was first read.
  let identity: TLSIdentity?
  /// Who vouched for the other side when the file was first read.
  let authority: String?
  let provider: OpaquePointer

  /// Reads the files, and looks for newer ones every so many seconds. Throws `INVALID_ARGUMENT` that names the file
  /// which cannot be read or is of no use.
  package init(_ files: Files, checkingEvery seconds: Int) throws(RPCError) {
    // The core ends the process for it.
    guard files.certificate != nil || files.authority != nil else {
      throw RPCError(.invalidArgument, "there is neither a certificate nor an authority to watch")
    }
    GRPCRuntime.start()
    self.files = files
    authority = try files.authority.map { path throws(RPCError) in try Self.text(of: path) }
    if let authority { try PEM.checkCertificates(authority, named: files.authority ?? "") }
    identity = try files.certificate.map { path throws(RPCError) in
      TLSIdentity(
        certificateChain: try Self.text(of: path), privateKey: try Self.text(of: files.privateKey ?? path))
    }
    try identity?.check(chain: files.certificate ?? "", key: files.privateKey ?? files.certificate ?? "")
    let key = files.privateKey ?? files.certificate
    // The core ends the process when it has nothing to watch.
    guard files.certificate != nil || files.authority != nil,
      let provider = grpc_tls_certificate_provider_file_watcher_create(
        key, files.certificate, files.authority, UInt32(clamping: max(1, seconds)))
    else { throw RPCError(.internalError, "the gRPC core does not watch the certificates") }
    self.provider = provider
  }

  deinit { grpc_tls_certificate_provider_release(provider) }

  /// New options of the core that take certificates from the files; who makes credentials of them gives them away.
  func coreOptions() -> OpaquePointer? {
    let options = grpc_tls_credentials_options_create()
    grpc_tls_credentials_options_set_certificate_provider(options, provider)
    if authority != nil { grpc_tls_credentials_options_watch_root_certs(options) }
    if identity != nil { grpc_tls_credentials_options_watch_identity_key_cert_pairs(options) }
    return options
  }

  private static func text(of path: String) throws(RPCError) -> String {
    do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw RPCError(.invalidArgument, "\(path) cannot be read: is it there, and may this user read it?")
    }
  }
}
