internal import Glibc

/// An IPv4 or IPv6 address and a TCP port.
struct SocketAddress: Sendable {
  /// `AF_INET` or `AF_INET6`.
  let family: Int32
  private let bytes: [UInt8]

  /// Nil for what is no address in numbers.
  init?(_ host: String, port: Int) {
    var four = sockaddr_in()
    if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = UInt16(port).bigEndian
      family = AF_INET
      bytes = withUnsafeBytes(of: four) { Array($0) }
      return
    }
    var six = sockaddr_in6()
    guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return nil }
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = UInt16(port).bigEndian
    family = AF_INET6
    bytes = withUnsafeBytes(of: six) { Array($0) }
  }

  /// Runs `body` with the address as the system calls take it.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { buffer in
      // Never empty: it holds one of the two structures.
      guard let base = buffer.baseAddress else { preconditionFailure("an address without bytes") }
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
    }
  }

  /// The port that a socket is bound to; 0 when the system does not say.
  static func port(of socket: Int32) -> Int {
    var address = sockaddr_in6()  // large enough for both, and the port lies in the same place
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return status == 0 ? Int(UInt16(bigEndian: address.sin6_port)) : 0
  }
}
