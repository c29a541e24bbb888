internal import Glibc

/// Host and port, as they stand in `Host` and, behind the scheme, in `Origin`.
struct Authority: Sendable, Hashable {
  /// In lower case, an IPv6 address without its brackets.
  let host: String
  /// nil for that of the scheme.
  let port: Int?

  /// From `host`, `host:port` or `[address]:port`; nil for what is none.
  init?(_ text: some StringProtocol) {
    var host = text.lowercased()
    var port: Int?
    let behindAddress = host.lastIndex(of: "]") ?? host.startIndex
    if let colon = host[behindAddress...].lastIndex(of: ":") {
      guard let number = UInt16(host[host.index(after: colon)...]) else { return nil }
      port = Int(number)
      host = String(host[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, !host.contains(where: { "/@?#[] ".contains($0) }) else { return nil }
    (self.host, self.port) = (host, port)
  }

  /// From an origin, `scheme://host:port`, of HTTP or HTTPS; the scheme's own port counts as none.
  init?(origin: String) {
    for (scheme, standard) in [("http://", 80), ("https://", 443)] where origin.hasPrefix(scheme) {
      guard let whole = Authority(origin.dropFirst(scheme.count)) else { return nil }
      (host, port) = (whole.host, whole.port == standard ? nil : whole.port)
      return
    }
    return nil
  }

  /// The same for comparing with an origin: that of `Host` may name the port of the scheme.
  func isServed(as other: Authority) -> Bool {
    host == other.host && (port == other.port || (other.port == nil && (port == 80 || port == 443)))
  }

  /// Whether it names this machine only.
  var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || (host.hasPrefix("127.") && isAddress)
  }

  /// Whether it is an IP address, which no name server can lead elsewhere.
  var isAddress: Bool {
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
  }
}
