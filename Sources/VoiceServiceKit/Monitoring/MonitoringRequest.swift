/// A request to the monitoring address, as far as it matters: everything behind its first line is for others.
enum MonitoringRequest: Sendable, Hashable {
  /// `GET /metrics`.
  case metrics
  /// `GET /healthz`.
  case health
  /// Something else, with what it is answered.
  case refused(MonitoringAnswer)

  /// The most that a request may take, in bytes.
  static let maximumBytes = 8192

  /// The request at the beginning of what came; nil as long as its end is not there.
  ///
  /// A body is not for these methods; what follows the empty line is left alone.
  init?(_ bytes: [UInt8]) {
    guard let end = Self.end(of: bytes) else {
      guard bytes.count >= Self.maximumBytes else { return nil }
      self = .refused(.tooLong)
      return
    }
    let line = bytes[..<end].prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      self = .refused(.malformed)
      return
    }
    let path = words[1].prefix { $0 != "?" }
    switch (words[0], path) {
    case ("GET", "/metrics"): self = .metrics
    case ("GET", "/healthz"): self = .health
    case (_, "/metrics"), (_, "/healthz"): self = .refused(.wrongMethod)
    default: self = .refused(.notFound)
    }
  }

  /// Where the empty line begins that ends the head; lines may end with LF alone.
  private static func end(of bytes: [UInt8]) -> Int? {
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    for (index, byte) in bytes.enumerated() where byte == lf {
      let rest = bytes[(index + 1)...]
      if rest.first == lf || rest.starts(with: [cr, lf]) { return index }
    }
    return nil
  }
}

/// What is answered on the monitoring address.
struct MonitoringAnswer: Sendable, Hashable {
  /// Code and reason.
  let status: String
  var type = "text/plain; charset=utf-8"
  let body: String

  static let malformed = Self(status: "400 Bad Request", body: "this is no HTTP/1.1\n")
  static let notFound = Self(status: "404 Not Found", body: "there are /metrics and /healthz\n")
  static let wrongMethod = Self(status: "405 Method Not Allowed", body: "use GET\n")
  static let tooLong = Self(status: "431 Request Header Fields Too Large", body: "the request is too long\n")
  static let tooSlow = Self(status: "408 Request Timeout", body: "the request took too long\n")
  static let healthy = Self(status: "200 OK", body: "ok\n")
  static func metrics(_ text: String) -> Self {
    Self(status: "200 OK", type: PrometheusText.contentType, body: text)
  }

  /// All bytes of the answer; the connection ends with it.
  var bytes: [UInt8] {
    let head = """
      HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\
      Cache-Control: no-store\r\nConnection: close\r\n\r\n
      """
    return Array(head.utf8) + Array(body.utf8)
  }
}
