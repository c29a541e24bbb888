internal import Glibc
internal import VoiceConcurrency
internal import VoiceRecognition

/// A gRPC target that is a name with a port: `dns:///embedding:50053`, `dns:embedding:50053`, `embedding:50053`.
struct HostName: Sendable, Hashable {
  let name: String
  let port: String

  /// Nil for a target of another form, one with a server of names of its own among them.
  init?(target: String) {
    let rest =
      if target.hasPrefix("dns:///") { target.dropFirst("dns:///".count) } else if target.hasPrefix("dns:") {
        target.dropFirst("dns:".count)
      } else { Substring(target) }
    guard let colon = rest.lastIndex(of: ":"), !rest.contains("/"), !rest[..<colon].contains(":") else { return nil }
    (name, port) = (String(rest[..<colon]), String(rest[rest.index(after: colon)...]))
    guard !name.isEmpty, UInt16(port) != nil else { return nil }
  }

  /// Every address of the name now, in order, as targets (`ipv4:10.0.0.1:50053`); looked up on a thread of its own, as
  /// that may take long. Throws `unavailable` when it cannot be.
  func addresses() async throws(RecognitionError) -> [String] {
    let (name, port) = (name, port)
    let found = await withCheckedContinuation { continuation in
      _ = WorkerThread(name: "resolver") { continuation.resume(returning: Self.lookUp(name, port)) }
    }
    return try found.get()
  }

  private static func lookUp(_ name: String, _ port: String) -> Result<[String], RecognitionError> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(name, port, &hints, &list)
    guard status == 0 else {
      let reason = gai_strerror(status).map { String(cString: $0) } ?? "error \(status)"
      return .failure(.unavailable("embedding", "the name '\(name)' cannot be looked up: \(reason)"))
    }
    defer { freeaddrinfo(list) }
    var targets: Set<String> = []
    for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
      guard let entry, let target = target(of: entry.pointee, port: port) else { continue }
      targets.insert(target)
    }
    return .success(targets.sorted())
  }

  private static func target(of entry: addrinfo, port: String) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = getnameinfo(
      entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return nil }
    let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return entry.ai_family == AF_INET6 ? "ipv6:[\(address)]:\(port)" : "ipv4:\(address):\(port)"
  }
}
