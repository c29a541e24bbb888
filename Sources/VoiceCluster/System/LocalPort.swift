internal import Glibc

/// A TCP port of this machine's loopback.
enum LocalPort {
  /// Returns once the port can be listened on.
  ///
  /// Just after its process was killed it may not: the kernel closes a dead process's sockets one by one, and whoever
  /// tries to connect meanwhile can be given that very port for its own end. Throws `notReady` after `patience`.
  static func awaitFree(_ port: Int, within patience: Duration) async throws {
    let deadline = ContinuousClock.now + patience
    while !isFree(port) {
      guard ContinuousClock.now < deadline else {
        throw ClusterError(.notReady, "port \(port) has been taken by another process")
      }
      try await Task.sleep(for: .milliseconds(20))  // the kernel tells nobody when a port becomes free
    }
  }

  /// Whether somebody takes connections there; the kernel answers at once.
  static func accepts(_ port: Int) -> Bool {
    withSocket(port) { socket, address, length in connect(socket, address, length) == 0 } ?? false
  }

  /// What `body` gives with a connection; nil when nobody takes any.
  static func withConnection<Result>(_ port: Int, _ body: (Int32) -> Result?) -> Result? {
    withSocket(port) { socket, address, length in connect(socket, address, length) == 0 ? body(socket) : nil } ?? nil
  }

  private static func isFree(_ port: Int) -> Bool {
    withSocket(port) { socket, address, length in
      // As gRPC does: what waits for stragglers of an old connection is in nobody's way.
      var reuse: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
      return bind(socket, address, length) == 0 && listen(socket, 1) == 0
    } ?? false
  }

  private static func withSocket<Result>(
    _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return nil }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
