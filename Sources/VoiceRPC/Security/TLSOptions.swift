/// A certificate with its private key.
package struct TLSIdentity: Sendable {
  /// The certificate and its intermediates, PEM.
  package let certificateChain: String
  /// The private key of the first certificate, PEM.
  package let privateKey: String

  /// An identity; it is checked when a channel or a server is made of it.
  package init(certificateChain: String, privateKey: String) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
  }
}

/// How a channel makes sure who the server is, and says who it is itself.
package struct TLSClientOptions: Sendable {
  /// The certificates that vouch for servers, PEM; nil for those of the system.
  package var roots: String?
  /// What the channel shows to servers that ask.
  package var identity: TLSIdentity?
  /// The name expected in the server's certificate, where it is not the target's.
  package var serverName: String?
  /// The files that the above is from, which are read again; nil for what never changes.
  let watched: WatchedCertificates?

  /// The options of a channel that takes certificates from files. Without an authority those of the system vouch for
  /// servers, and nothing is read again.
  package init(_ watched: WatchedCertificates, serverName: String? = nil) {
    (roots, identity, self.serverName) = (watched.authority, watched.identity, serverName)
    self.watched = watched.authority == nil ? nil : watched
  }

  /// The options of a channel.
  package init(roots: String? = nil, identity: TLSIdentity? = nil, serverName: String? = nil) {
    self.roots = roots
    self.identity = identity
    self.serverName = serverName
    watched = nil
  }
}

/// How a server says who it is, and makes sure who calls.
package struct TLSServerOptions: Sendable {
  /// What the server shows.
  package var identity: TLSIdentity
  /// The certificates that vouch for callers, PEM. With them a caller must have a certificate (mutual TLS).
  package var clientRoots: String?
  /// The files that the above is from, which are read again; nil for what never changes.
  let watched: WatchedCertificates?

  /// The options of a server that takes certificates from files; with an authority callers must have one too. Nil
  /// without a certificate.
  package init?(_ watched: WatchedCertificates) {
    guard let identity = watched.identity else { return nil }
    (self.identity, clientRoots, self.watched) = (identity, watched.authority, watched)
  }

  /// The options of a server.
  package init(identity: TLSIdentity, clientRoots: String? = nil) {
    self.identity = identity
    self.clientRoots = clientRoots
    watched = nil
  }
}
