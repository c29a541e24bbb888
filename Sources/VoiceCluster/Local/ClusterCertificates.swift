internal import FoundationEssentials
package import VoiceRPC

/// The certificates of a local cluster that talks over mutual TLS: a folder that deploy/make-certs.sh has made.
package struct ClusterCertificates: Sendable, Hashable, Codable {
  /// The absolute path of the folder: `ca.pem`, and for each service and the operator a `NAME.pem` with its key.
  package let folder: String

  /// Certificates in a folder. Throws `missing` when one is not there.
  package init(folder: String) throws(ClusterError) {
    self.folder = StateFolder(folder).path
    for name in ["ca", Self.operatorName] + ServiceKind.services.map(\.rawValue) {
      guard FileManager.default.fileExists(atPath: file(name)) else {
        throw ClusterError(.missing, "there is no \(file(name)): make it with `deploy/make-certs.sh \(folder)`")
      }
    }
  }

  /// Whom the commands of this machine say they are.
  private static let operatorName = "operator"

  private func file(_ name: String) -> String { "\(folder)/\(name).pem" }

  /// What a service is told.
  func settings(of service: ServiceKind) -> [String] {
    let (own, authority) = (file(service.rawValue), file("ca"))
    switch service {
    case .postgres: return []
    case .console: return ["tls.upstream_certificate=\(own)", "tls.upstream_ca=\(authority)"]
    case .feature, .registry: return ["tls.certificate=\(own)", "tls.client_ca=\(authority)"]
    case .embedding, .trainer, .gateway:
      return ["tls.certificate=\(own)", "tls.client_ca=\(authority)", "tls.upstream_ca=\(authority)"]
    }
  }

  /// How a command calls a service. Throws `INVALID_ARGUMENT` for a file that is of no use.
  package func options(for service: ServiceKind) throws(RPCError) -> TLSClientOptions {
    let files = WatchedCertificates.Files(certificate: file(Self.operatorName), authority: file("ca"))
    return TLSClientOptions(try WatchedCertificates(files, checkingEvery: 10), serverName: service.rawValue)
  }
}

extension ClusterRecord {
  /// How a command calls a service of the cluster; nil for plain text. Throws for a file that is of no use.
  package func security(for service: ServiceKind) throws -> TLSClientOptions? {
    try certificates?.options(for: service)
  }
}
