internal import Glibc

/// One request to a server of this machine, on the calling thread.
enum LocalHTTP {
  /// The longest that a server may be silent, in s.
  private static let patience = 5
  private static let maximumBytes = 16 << 20

  /// The body of an answer of 200. Throws `notReady` for anything else.
  static func get(_ path: String, port: Int) throws(ClusterError) -> String {
    let answer = LocalPort.withConnection(port) { socket -> [UInt8]? in
      var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
      for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
        setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
      }
      var request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
      let sent = request.withUTF8 { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) == $0.count }
      return sent ? read(socket) : nil
    }
    let parts = String(decoding: answer ?? [], as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1)
    guard parts.count == 2, parts[0].hasPrefix("HTTP/1.1 200 ") else {
      throw ClusterError(.notReady, "there is no \(path) on port \(port)")
    }
    return String(parts[1])
  }

  /// Everything until the other side closes; nil when it falls silent or says too much.
  private static func read(_ socket: Int32) -> [UInt8]? {
    var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while bytes.count < maximumBytes {
      let count = recv(socket, &buffer, buffer.count, 0)
      if count == 0 { return bytes }
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    return nil
  }
}
