internal import Glibc

/// What the commands say to people.
enum Terminal {
  /// A line on the error stream: progress and errors, so that the output stays the result alone.
  static func say(_ line: String) { write(line, to: STDERR_FILENO) }

  /// A line of the output at once, also into a pipe: whoever follows a long run sees it when it happens.
  static func tell(_ line: String) { write(line, to: STDOUT_FILENO) }

  private static func write(_ line: String, to file: Int32) {
    let bytes = Array((line + "\n").utf8)
    _ = Glibc.write(file, bytes, bytes.count)  // nobody can be told that there is nobody to tell
  }

  /// Text of others without what a terminal would obey.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  /// A number with so many decimals.
  static func decimal(_ value: Double, _ places: Int = 3) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let digits = "\(Int((abs(value) * scale).rounded()))"
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && padded.contains { $0 != "0" } ? "-" : ""
    return sign + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
  }

  /// A length of time as people say it, e.g. `2 h 5 min`.
  static func time(seconds: Double) -> String {
    switch seconds {
    case ..<60: "\(Int(seconds)) s"
    case ..<3600: "\(Int(seconds) / 60) min"
    case ..<86_400: "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
    default: "\(Int(seconds) / 86_400) d \(Int(seconds) % 86_400 / 3600) h"
    }
  }
}
