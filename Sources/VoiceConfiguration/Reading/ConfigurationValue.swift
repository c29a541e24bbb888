/// A YAML value whose meaning its reader decides later, as an argument of a network or a loss.
package indirect enum ConfigurationValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list([ConfigurationValue])

  /// The whole number, if it is one.
  package var int: Int? { if case .int(let value) = self { value } else { nil } }

  /// The number, if it is one.
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The value as text of YAML: what a scalar reads like in a file.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .double(let value): String(value)
    case .string(let value): value
    case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    }
  }
}

/// What a plain scalar means, by the rules of YAML 1.1 that PyYAML follows; `1e-5` without a dot is a number here too.
enum PlainScalar {
  static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

  static func bool(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": false
    default: nil
    }
  }

  static func int(_ text: String) -> Int? {
    let digits = text.replacing("_", with: "")
    if digits.hasPrefix("0x") { return Int(digits.dropFirst(2), radix: 16) }
    return Int(digits)
  }

  static func double(_ text: String) -> Double? {
    switch text {
    case ".inf", "+.inf", ".Inf": return .infinity
    case "-.inf", "-.Inf": return -.infinity
    case ".nan", ".NaN": return .nan
    default: break
    }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first), !text.lowercased().contains("x") else {
      return nil
    }
    return Double(text.replacing("_", with: ""))
  }

  static func value(_ text: String) -> ConfigurationValue {
    if isNull(text) { return .null }
    if let value = bool(text) { return .bool(value) }
    if let value = int(text) { return .int(value) }
    if let value = double(text) { return .double(value) }
    return .string(text)
  }
}
