import Glibc
@testable import VoiceServiceKit

/// A TCP connection that says what no HTTP client would.
final class RawConnection {
  private let socket: Int32

  /// Connects to a port of this machine.
  init(port: Int) throws {
    let address = try SocketAddress("127.0.0.1", port: port).unwrapped
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard address.withPointer({ connect(socket, $0, $1) }) == 0 else { throw SystemError("connect", errno) }
  }

  deinit { close(socket) }

  /// Sends a text; false when the other side has closed.
  @discardableResult
  func send(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) == $0.count }
  }

  /// Everything until the other side closes.
  func rest() -> String {
    var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  /// What a request is answered.
  static func answer(to request: String, port: Int) throws -> String {
    let connection = try RawConnection(port: port)
    connection.send(request)
    return connection.rest()
  }
}

extension Optional {
  /// The value. Throws without one.
  var unwrapped: Wrapped {
    get throws {
      guard let self else { throw SystemError("nil", EINVAL) }
      return self
    }
  }
}
