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

  mutating func double(_ name: String, _ standard: Double, in range: ClosedRange<Double> = -1e9...1e9) -> Double {
    read(name, standard, Double.init, "a number from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
  }

  mutating func bool(_ name: String, _ standard: Bool) -> Bool {
    read(name, standard, Self.truth, "true or false") { _ in true }
  }

  mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _ standard: Word) -> Word {
    let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
    return read(name, standard, Word.init(rawValue:), "one of \(words)") { _ in true }
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
          + known.sorted().joined(separator: ", "))
    }
  }

  private mutating func read<Value>(
    _ name: String, _ standard: Value, _ parse: (String) -> Value?, _ expected: String, _ allowed: (Value) -> Bool
  ) -> Value {
    known.insert(name)
    guard let text = values[name] else { return standard }
    if let value = parse(text), allowed(value) { return value }
    problem = problem ?? AudioError(.badArgument, "\(method): \(name) is '\(text)', must be \(expected)")
    return standard
  }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }
}
