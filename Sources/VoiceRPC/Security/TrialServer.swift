internal import CGRPC
internal import Glibc

/// A server that is never started: it shows whether the core can listen with some credentials.
enum TrialServer {
  /// Listens on a name without a file that only this call knows, and stops.
  static func listens(with credentials: ServerCredentials) -> Bool {
    guard let server = grpc_server_create(nil, nil) else { return false }
    defer { CoreServer.discard(unstarted: server) }
    let name = "unix-abstract:voiceprint-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    return grpc_server_add_http2_port(server, name, credentials.pointer) != 0
  }
}
