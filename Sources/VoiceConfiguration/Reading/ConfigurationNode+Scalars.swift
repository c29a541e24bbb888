internal import Yams

extension ConfigurationNode {
  /// A text that must be there.
  package func string(_ key: String) -> String { require(key).flatMap { text($0, key) } ?? "" }
  /// A text, or the default when the key is absent.
  package func string(_ key: String, default value: String) -> String { optionalString(key) ?? value }
  /// A text, nil when the key is absent.
  package func optionalString(_ key: String) -> String? { take(key).flatMap { text($0, key) } }

  /// A whole number that must be there, in `range`.
  package func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int {
    require(key).flatMap { number($0, key, range, "a whole number", PlainScalar.int) } ?? range.lowerBound
  }
  /// A whole number in `range`, or the default when the key is absent.
  package func int(_ key: String, default value: Int, in range: ClosedRange<Int> = .min ... .max) -> Int {
    optionalInt(key, in: range) ?? value
  }
  /// A whole number in `range`, nil when the key is absent.
  package func optionalInt(_ key: String, in range: ClosedRange<Int> = .min ... .max) -> Int? {
    take(key).flatMap { number($0, key, range, "a whole number", PlainScalar.int) }
  }

  /// A number that must be there, in `range`.
  package func double(
    _ key: String, in range: ClosedRange<Double> = -.infinity ... .infinity
  ) -> Double {
    require(key).flatMap { number($0, key, range, "a number", PlainScalar.double) } ?? range.lowerBound
  }
  /// A number in `range`, or the default when the key is absent.
  package func double(
    _ key: String, default value: Double, in range: ClosedRange<Double> = -.infinity ... .infinity
  ) -> Double {
    optionalDouble(key, in: range) ?? value
  }
  /// A number in `range`, nil when the key is absent.
  package func optionalDouble(
    _ key: String, in range: ClosedRange<Double> = -.infinity ... .infinity
  ) -> Double? {
    take(key).flatMap { number($0, key, range, "a number", PlainScalar.double) }
  }

  /// A truth value that must be there.
  package func bool(_ key: String) -> Bool { require(key).flatMap { truth($0, key) } ?? false }
  /// A truth value, or the default when the key is absent.
  package func bool(_ key: String, default value: Bool) -> Bool { take(key).flatMap { truth($0, key) } ?? value }

  /// One of the words of an enumeration, or the default when the key is absent.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default value: Choice
  ) -> Choice {
    guard let node = take(key), let word = text(node, key) else { return value }
    if let choice = Choice(rawValue: word) { return choice }
    report(key, "'\(word)' is none of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    return value
  }

  // ---- One node ----------------------------------------------------------------------------------------------------

  func text(_ node: Node, _ key: String) -> String? {
    if let scalar = node.scalar { return scalar.string }
    report(key, "must be a text, not \(node.kind)")
    return nil
  }

  private func truth(_ node: Node, _ key: String) -> Bool? {
    if let value = node.plain.flatMap(PlainScalar.bool) { return value }
    report(key, "must be true or false, not \(node.kind)")
    return nil
  }

  private func number<Number: Comparable>(
    _ node: Node, _ key: String, _ range: ClosedRange<Number>, _ name: String, _ parse: (String) -> Number?
  ) -> Number? {
    guard let value = node.plain.flatMap(parse) else {
      report(key, "must be \(name), not \(node.kind)")
      return nil
    }
    if range.contains(value) { return value }
    report(key, "is \(value), must be from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }
}

extension Node {
  /// The text of an unquoted scalar.
  var plain: String? {
    guard let scalar, scalar.style == .plain || scalar.style == .any else { return nil }
    return scalar.string
  }

  /// What the node is, for a message.
  var kind: String {
    switch self {
    case .scalar(let scalar): plain == nil ? "the text \"\(scalar.string)\"" : "'\(scalar.string)'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// The value with the meaning that YAML gives it; nil for a mapping.
  var value: ConfigurationValue? {
    switch self {
    case .scalar(let scalar): return plain.map(PlainScalar.value) ?? .string(scalar.string)
    case .sequence(let nodes):
      let values = nodes.compactMap(\.value)
      return values.count == nodes.count ? .list(values) : nil
    case .mapping, .alias: return nil
    }
  }
}
