/// W3C trace context: the ids by which the logs of one request are found in every service that it crossed.
package struct TraceContext: Sendable, Hashable {
  /// 32 lower-case hexadecimal digits, the same in all services.
  package let traceID: String
  /// 16 lower-case hexadecimal digits, one for each hop.
  package let spanID: String
  /// Whether the caller records this trace.
  package let isSampled: Bool

  /// The context of the call that is being handled.
  @TaskLocal package static var current: TraceContext?

  /// The key of the header that carries it.
  package static let header = "traceparent"

  /// A trace that begins here.
  package init(isSampled: Bool = true) {
    traceID = Self.hex(TraceNumbers.next()) + Self.hex(TraceNumbers.next())
    spanID = Self.hex(TraceNumbers.next())
    self.isSampled = isSampled
  }

  /// A trace from a `traceparent` header (`00-<trace>-<span>-<flags>`, https://www.w3.org/TR/trace-context); nil for
  /// what is none, so that the trace begins anew.
  package init?(header: String) {
    let parts = header.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, Self.isHex(parts[0], digits: 2), parts[0] != "ff", parts[0] != "00" || parts.count == 4,
      Self.isID(parts[1], digits: 32), Self.isID(parts[2], digits: 16),
      Self.isHex(parts[3], digits: 2), let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    traceID = String(parts[1])
    spanID = String(parts[2])
    isSampled = flags & 1 == 1
  }

  private init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// The same trace with a span of its own, for the work of this service.
  package func child() -> TraceContext {
    TraceContext(traceID: traceID, spanID: Self.hex(TraceNumbers.next()), isSampled: isSampled)
  }

  /// The header's value for the next hop.
  package var headerValue: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  private static func isID(_ text: Substring, digits: Int) -> Bool {
    isHex(text, digits: digits) && text.utf8.contains { $0 != UInt8(ascii: "0") }
  }

  private static func isHex(_ text: Substring, digits: Int) -> Bool {
    text.utf8.count == digits && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
