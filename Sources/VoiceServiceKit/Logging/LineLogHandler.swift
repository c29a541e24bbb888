internal import FoundationEssentials
internal import Glibc
package import Logging
internal import VoiceRPC

/// Writes one line a message to a file descriptor, as JSON or readable, with method and trace of the call in hand.
package struct LineLogHandler: LogHandler {
  /// The least level that is written: that of the process, unless this logger was given one of its own.
  package var logLevel: Logger.Level {
    get { ownLevel ?? threshold.level }
    set { ownLevel = newValue }
  }
  /// What goes with every line.
  package var metadata: Logger.Metadata = [:]
  private var ownLevel: Logger.Level?
  private let threshold: LogThreshold
  private let service: String
  private let format: ServiceSettings.LogFormat
  private let output: Int32

  /// A handler for one service of this process; `output` is standard error unless told otherwise.
  package init(service: String, threshold: LogThreshold, format: ServiceSettings.LogFormat, output: Int32 = 2) {
    self.service = service
    self.threshold = threshold
    self.format = format
    self.output = output
  }

  /// One value of what goes with every line.
  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the line of an event.
  package func log(event: LogEvent) {
    var fields: [(String, String)] = [
      ("time", Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
      ("level", event.level.rawValue), ("service", service), ("message", "\(event.message)"),
    ]
    if let call = CallContext.current { fields.append(("method", call.method)) }
    if let trace = TraceContext.current { fields += [("trace_id", trace.traceID), ("span_id", trace.spanID)] }
    let extra = metadata.merging(event.metadata ?? [:]) { $1 }
    fields += extra.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    if let error = event.error { fields.append(("error", "\(error)")) }
    write(format == .json ? Self.json(fields) : Self.text(fields))
  }

  private func write(_ line: String) {
    var line = line + "\n"
    // One write a line, so that lines of several threads do not mix.
    line.withUTF8 { bytes in _ = Glibc.write(output, bytes.baseAddress, bytes.count) }
  }

  static func json(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
  }

  static func text(_ fields: [(String, String)]) -> String {
    let head = fields.prefix(4).map { printable($0.1) }.joined(separator: " ")
    return head + fields.dropFirst(4).map { " \($0.0)=\(printable($0.1))" }.joined()
  }

  /// What comes from outside may hold anything: nothing of it may end a line or steer a terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "\u{fffd}" : $0 }))
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
