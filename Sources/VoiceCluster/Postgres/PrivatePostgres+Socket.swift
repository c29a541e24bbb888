internal import Glibc

extension PrivatePostgres {
  /// Whether a server takes connections on the socket in that folder.
  static func accepts(in folder: String) -> Bool {
    let path = Array(socketPath(in: folder).utf8)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }

    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard raw >= 0 else { return false }
    defer { close(raw) }
    return withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  /// The socket that PostgreSQL makes in a folder.
  static func socketPath(in folder: String) -> String { "\(folder)/.s.PGSQL.5432" }
}
