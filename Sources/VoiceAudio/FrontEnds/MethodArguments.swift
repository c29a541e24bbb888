/// Arguments of a front-end under their names in the configuration, read one by one; what nobody asks for is an error.
struct MethodArguments {
  private let method: String
  private let values: [String: String]
  private var known: Set<String> = []
  private var problem: AudioError?

  init(method: String, _ values: [String: String]) {
    self.method = method
    self.values = values
  }

  mutating func int(_ name: String, _ standard: Int, in range: ClosedRange<Int>) -> Int {
    read(name, standard, Int.init, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      range.contains($0)
    }
  }

  /// A whole number that may be absent or null.
  mutating func optionalInt(_ name: String, in range: ClosedRange<Int>) -> Int? {
    known.insert(name)
    return values[name].map(Self.isNull) ?? true ? nil : int(name, range.lowerBound, in: range)
  }

  /// A number that may be absent or null.
  mutating func optionalDouble(_ name: String, in range: ClosedRange<Double>) -> Double? {
    known.insert(name)
    return values[name].map(Self.isNull) ?? true ? nil : double(name, range.lowerBound, in: range)
  }

  mutating func double(_ name: String, _ standard: Double, in range: ClosedRange<Double> = -1e9...1e9) -> Double {
    read(name, standard, Double.init, "a number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
  }

  mutating func bool(_ name: String, _ standard: Bool) -> Bool {
    read(name, standard, Self.truth, "true or false") { _ in true }
  }

  /// Whether an argument is there and means true.
  mutating func isTrue(_ name: String) -> Bool {
    known.insert(name)
    return values[name].flatMap(Self.truth) == true
  }

  /// One of a set of words, which may contain `null` and `false`.
  mutating func word<Word: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ standard: Word
  ) -> Word {
    let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
    return read(name, standard, Self.word, "one of \(words)") { _ in true }
  }

  private static func word<Word: RawRepresentable<String>>(_ text: String) -> Word? {
    if let word = Word(rawValue: text) { return word }
    if isNull(text) { return Word(rawValue: "null") }
    return truth(text) == false ? Word(rawValue: "false") : nil
  }

  /// An argument that this implementation has at one value only.
  mutating func only<Value: Equatable & LosslessStringConvertible>(_ name: String, _ value: Value) {
    _ = read(name, value, Value.init, "\(value), as nothing else is supported") { $0 == value }
  }

  /// Throws `badArgument` for the first wrong value, or for names that nobody knows.
  func finish() throws(AudioError) {
    if let problem { throw problem }
    let unknown = Set(values.keys).subtracting(known).sorted()
    guard unknown.isEmpty else {
      throw AudioError(
        .badArgument, "\(method) has no argument '\(unknown.joined(separator: "', '"))'; it has "
          + known.sorted().joined(separator: ", "), arguments: unknown)
    }
  }

  private mutating func read<Value>(
    _ name: String, _ standard: Value, _ parse: (String) -> Value?, _ expected: String, _ allowed: (Value) -> Bool
  ) -> Value {
    known.insert(name)
    guard let text = values[name] else { return standard }
    if let value = parse(text), allowed(value) { return value }
    problem =
      problem
      ?? AudioError(.badArgument, "\(method): \(name) is '\(text)', must be \(expected)", arguments: [name])
    return standard
  }

  private static func isNull(_ text: String) -> Bool { ["null", "none", "~", ""].contains(text.lowercased()) }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }
}
