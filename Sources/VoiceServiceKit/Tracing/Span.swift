internal import Glibc
internal import VoiceMessages
package import VoiceRPC

/// A piece of work in a trace, while it lasts: `end` records it.
package struct Span: Sendable {
  /// On which side of a call it is.
  package enum Kind: Sendable {
    case server, client
  }

  /// What goes along with calls that are part of it.
  package let context: TraceContext
  private let parent: String?
  private let name: String
  private let kind: Kind
  private let attributes: [(String, String)]
  private let startNanoseconds = Self.nanosecondsSince1970()
  private let start = ContinuousClock.now
  private let queue: SpanQueue

  init(
    _ context: TraceContext, parent: String?, name: String, kind: Kind, attributes: [(String, String)],
    queue: SpanQueue
  ) {
    (self.context, self.parent, self.name, self.kind) = (context, parent, name, kind)
    (self.attributes, self.queue) = (attributes, queue)
  }

  /// Records a call that ended with a code.
  ///
  /// The message of an error stays here: it may name people.
  package func end(_ code: StatusCode) {
    end(number: ("rpc.grpc.status_code", Int64(code.rawValue)), error: isFailure(code) ? "\(code)" : nil)
  }

  /// Records a request of HTTP that was answered with a status.
  package func end(httpStatus: Int) {
    end(number: ("http.response.status_code", Int64(httpStatus)), error: httpStatus >= 500 ? "\(httpStatus)" : nil)
  }

  private func end(number: (name: String, value: Int64), error: String?) {
    let duration = UInt64(max(0, (ContinuousClock.now - start) / .nanoseconds(1)))
    queue.add(
      .with { span in
        span.traceId = Self.bytes(context.traceID)
        span.spanId = Self.bytes(context.spanID)
        if let parent { span.parentSpanId = Self.bytes(parent) }
        span.flags = context.isSampled ? 1 : 0
        span.name = name
        span.kind = kind == .server ? .server : .client
        (span.startTimeUnixNano, span.endTimeUnixNano) = (startNanoseconds, startNanoseconds + duration)
        span.attributes = attributes.map { .init($0.0, $0.1) }
        span.attributes.append(.init(number.name, number.value))
        if let error { span.status = .with { ($0.code, $0.message) = (.error, error) } }
      })
  }

  /// By the conventions of OpenTelemetry: what the caller did wrong is no failure of who answers, but one of who asked.
  private func isFailure(_ code: StatusCode) -> Bool {
    switch kind {
    case .client: code != .ok
    case .server:
      [.unknown, .deadlineExceeded, .unimplemented, .internalError, .unavailable, .dataLoss].contains(code)
    }
  }

  private static func nanosecondsSince1970() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(max(0, time.tv_nsec))
  }

  /// Of hexadecimal digits; a context holds nothing else.
  private static func bytes(_ digits: String) -> Bytes {
    var bytes: [UInt8] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
      bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return Bytes(bytes)
  }
}

extension OTLPCommonV1.KeyValue {
  /// An attribute that is a text.
  init(_ key: String, _ text: String) {
    self.init()
    self.key = key
    value = .with { $0.value = .stringValue(text) }
  }

  /// An attribute that is a whole number.
  init(_ key: String, _ number: Int64) {
    self.init()
    self.key = key
    value = .with { $0.value = .intValue(number) }
  }
}
