internal import Glibc
internal import Synchronization
package import VoiceConfiguration
package import VoiceRPC

/// How a service shows who it is and makes sure who others are (`tls` of its configuration).
package struct TLSSettings: Sendable {
  /// Where identities are to be found: `spiffe://<trust domain>/<service>`.
  package let trustDomain: String
  /// Whether every caller has to show a certificate.
  package let knowsCallers: Bool
  /// Whether others than this host's processes reach the service in plain text.
  let isPlainBeyondThisHost: Bool
  /// How it calls others.
  package let upstreams: UpstreamSecurity
  private let server: CertificateSource

  private static let standardTrustDomain = "voiceprint"

  /// Reads the keys; problems are noted in the node. The files that they name are read when they are needed.
  ///
  /// A service that listens beyond loopback needs a certificate, or to be told that plain text is meant.
  init(_ node: ConfigurationNode, host: String, takesCalls: Bool, callsOthers: Bool) {
    let keys = node.map("tls")
    let seconds = keys.int("reload_seconds", default: 10, in: 1...86_400)
    var own = WatchedCertificates.Files()
    var (trustDomain, isPlain) = (Self.standardTrustDomain, false)
    if takesCalls {
      own = Self.ownFiles(keys)
      trustDomain = keys.string("trust_domain", default: trustDomain)
      isPlain = own.certificate == nil && !Self.isThisHost(host)
      if !keys.bool("allow_plaintext", default: false), isPlain {
        node.map("listen").report(
          "address", "is reached from other machines, in plain text: set tls.certificate (deploy/make-certs.sh makes "
            + "one), or tls.allow_plaintext=true where something else protects the network")
      }
    }
    (self.trustDomain, isPlainBeyondThisHost) = (trustDomain, isPlain)
    knowsCallers = own.authority != nil
    server = CertificateSource(key: "tls.certificate", files: own, seconds: seconds)
    let called = callsOthers ? Self.upstreamFiles(keys, own: own) : .init()
    upstreams = UpstreamSecurity(
      source: CertificateSource(key: "tls.upstream_ca", files: called, seconds: seconds))
  }

  /// How the server is to listen; nil for plain text. Says which key and file is of no use, and throws
  /// `ServiceExit.configuration`.
  func serverOptions() throws -> TLSServerOptions? { try server.certificates().flatMap { .init($0) } }

  private static func ownFiles(_ keys: ConfigurationNode) -> WatchedCertificates.Files {
    let files = WatchedCertificates.Files(
      certificate: keys.optionalString("certificate"), privateKey: keys.optionalString("private_key"),
      authority: keys.optionalString("client_ca"))
    if files.certificate == nil, files.authority != nil || files.privateKey != nil {
      keys.report("certificate", "is missing: client_ca and private_key are of no use without it")
      return .init()
    }
    return files
  }

  private static func upstreamFiles(
    _ keys: ConfigurationNode, own: WatchedCertificates.Files
  ) -> WatchedCertificates.Files {
    var files = WatchedCertificates.Files(
      certificate: keys.optionalString("upstream_certificate"), privateKey: keys.optionalString("upstream_private_key"),
      authority: keys.optionalString("upstream_ca"))
    guard files.authority != nil else {
      if files.certificate != nil { keys.report("upstream_ca", "is missing: it vouches for those who are called") }
      return .init()
    }
    if files.certificate == nil { (files.certificate, files.privateKey) = (own.certificate, own.privateKey) }
    return files
  }

  /// Whether only processes of this host reach what listens there.
  static func isThisHost(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
  }
}

/// How other services are called: in plain text, or over TLS with a certificate of the own.
package struct UpstreamSecurity: Sendable {
  private let source: CertificateSource

  fileprivate init(source: CertificateSource) { self.source = source }

  /// Calls in plain text.
  package static let plaintext = UpstreamSecurity(source: CertificateSource(key: "", files: .init(), seconds: 1))

  /// How a service is called; nil for plain text. Its certificate must name the service (`registry`), by whatever
  /// address it is reached: so replicas need no certificates by address, and no service passes for another.
  ///
  /// Says which key and file is of no use, and throws `ServiceExit.configuration`.
  package func options(for service: String) throws -> TLSClientOptions? {
    try source.certificates().map { TLSClientOptions($0, serverName: service) }
  }
}

/// Certificates that are read when they are first needed, and then watched for all who need them.
private final class CertificateSource: Sendable {
  private let key: String
  private let files: WatchedCertificates.Files
  private let seconds: Int
  private let opened = Mutex<WatchedCertificates?>(nil)

  init(key: String, files: WatchedCertificates.Files, seconds: Int) {
    (self.key, self.files, self.seconds) = (key, files, seconds)
  }

  /// Nil where no files are named.
  func certificates() throws -> WatchedCertificates? {
    guard files.certificate != nil || files.authority != nil else { return nil }
    return try opened.withLock { opened in
      if let opened { return opened }
      do { opened = try WatchedCertificates(files, checkingEvery: seconds) } catch let error as RPCError {
        let text = Array("\(key): \(error.message)\n".utf8)
        _ = write(STDERR_FILENO, text, text.count)
        throw ServiceExit.configuration
      }
      return opened
    }
  }
}
