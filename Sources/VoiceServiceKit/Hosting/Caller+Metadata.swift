package import VoiceRPC
package import VoiceRecognition

/// Whose word a service takes for who calls it.
package enum CallerSource: Sendable {
  /// Nobody's: the caller is where the call comes from. For what faces callers from outside.
  case peer
  /// The caller's own, whoever that is. For services behind the gateway that nobody else reaches.
  case metadata
  /// The caller's own where its certificate is of a service that has asked (`CallerIdentity.asksOthers`); anybody else
  /// calls in its own name. For services behind the gateway with mutual TLS.
  case askingServices(trustDomain: String)

  /// Whether one with this identity in its certificate is believed.
  func believes(_ identity: String?) -> Bool {
    switch self {
    case .peer: false
    case .metadata: true
    case .askingServices(let domain): CallerIdentity(identity, in: domain)?.asksOthers ?? false
    }
  }
}

/// A caller in a call's metadata: the gateway passes it on, and the services behind it write it into the audit log.
/// Values are UTF-8, percent-encoded where they are not printable ASCII.
extension Caller {
  /// The key of the header with the caller's identity.
  package static let header = "voiceprint-caller"
  /// The key of the header with the caller's tenant.
  package static let tenantHeader = "voiceprint-tenant"

  /// The caller of a call; where nobody else is named the identity in its certificate, without one the address it comes
  /// from, without the port.
  package init(_ metadata: Metadata, peer: String, identity: String? = nil, from source: CallerSource) {
    let names = source.believes(identity) ? metadata.all(Self.header) : []
    guard let name = names.first, !name.isEmpty else {
      self.init(identity ?? Self.host(of: peer))
      return
    }
    self.init(Self.decoded(name), tenant: Self.decoded(metadata.all(Self.tenantHeader).first ?? ""))
  }

  /// Puts the caller into the metadata of a call.
  package func add(to metadata: inout Metadata) {
    metadata.add(Self.header, Self.encoded(name))
    if !tenant.isEmpty { metadata.add(Self.tenantHeader, Self.encoded(tenant)) }
  }

  /// Ports say nothing of who calls.
  private static func host(of peer: String) -> String {
    guard peer.hasPrefix("ipv4:") || peer.hasPrefix("ipv6:"), let colon = peer.lastIndex(of: ":") else { return peer }
    return decoded(String(peer[..<colon]))
  }

  private static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%") {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func decoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var (decoded, index): ([UInt8], Int) = ([], 0)
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        decoded.append(value)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}
