internal import VoiceRecognition

/// What stands behind the question mark: each key at most once, and none that the path does not know.
struct Query: Sendable, Hashable {
  private let values: [String: String]

  /// Throws `invalidArgument` naming the key that is wrong.
  init(_ text: String?, knowing keys: Set<String>) throws(RecognitionError) {
    var values: [String: String] = [:]
    for pair in (text ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = PercentCoding.decode(parts[0], isForm: true) else {
        throw .invalid("query", "holds a key that is not UTF-8 in percent-encoding")
      }
      guard keys.contains(key) else {
        let known = keys.sorted().joined(separator: ", ")
        throw .invalid(key, "is not known here" + (known.isEmpty ? "" : ": known are \(known)"))
      }
      guard let value = PercentCoding.decode(parts.count > 1 ? parts[1] : "", isForm: true) else {
        throw .invalid(key, "is not UTF-8 in percent-encoding")
      }
      guard values.updateValue(value, forKey: key) == nil else { throw .invalid(key, "stands twice") }
    }
    self.values = values
  }

  /// A text, empty where there is none.
  func text(_ key: String) -> String { values[key] ?? "" }

  /// A whole number, nil where there is none. Throws `invalidArgument` for what is none.
  func count(_ key: String) throws(RecognitionError) -> UInt64? {
    guard let text = values[key] else { return nil }
    guard let number = UInt64(text) else { throw .invalid(key, "'\(text)' is not a whole number of at least 0") }
    return number
  }

  /// A whole number that fits the wire's fields, 0 where there is none.
  func size(_ key: String) throws(RecognitionError) -> UInt32 {
    guard let number = try count(key) else { return 0 }
    guard let size = UInt32(exactly: number) else { throw .invalid(key, "\(number) is too large") }
    return size
  }

  /// A number, nil where there is none. Throws `invalidArgument` for what is none.
  func number(_ key: String) throws(RecognitionError) -> Double? {
    guard let text = values[key] else { return nil }
    guard let number = Double(text), number.isFinite else { throw .invalid(key, "'\(text)' is not a number") }
    return number
  }

  /// `true` or `false`, false where there is none.
  func flag(_ key: String) throws(RecognitionError) -> Bool {
    switch values[key] {
    case nil, "false": return false
    case "true": return true
    case .some(let text): throw .invalid(key, "'\(text)' is neither true nor false")
    }
  }
}
