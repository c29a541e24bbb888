internal import VoiceRecognition

/// Reads a configuration's keyword arguments, and refuses what is out of range, of another type or unknown.
struct NetworkArguments {
  private let configuration: NetworkConfiguration

  init(_ configuration: NetworkConfiguration) { self.configuration = configuration }

  /// Sizes beyond this are mistakes, and could overflow when they are multiplied.
  private static let largest = 1 << 16

  /// mvector's version.
  var generation: NetworkConfiguration.Generation { configuration.generation }

  func inputSize() throws -> Int {
    try check("input size", configuration.inputSize, in: 1...Self.largest)
  }

  func embeddingSize() throws -> Int {
    try check("embedding size", configuration.embeddingSize, in: 1...Self.largest, of: "embd_dim")
  }

  /// The size `name`, mvector's `default` if it is not given.
  func size(_ name: String, default value: Int) throws -> Int {
    try check("argument '\(name)'", try number(name) ?? value, in: 1...Self.largest, of: name)
  }

  /// The truth value `name`, mvector's `default` if it is not given.
  func flag(_ name: String, default value: Bool) throws -> Bool {
    try check("argument '\(name)'", try number(name) ?? (value ? 1 : 0), in: 0...1, of: name) == 1
  }

  /// As many sizes as mvector's `default` has.
  func sizes(_ name: String, default values: [Int]) throws -> [Int] {
    let given: [Int]
    switch configuration.arguments[name] {
    case nil: given = values
    case .list(let list): given = list
    case .some(let other): throw wrong(name, "\(other)", "a list of \(values.count) sizes")
    }
    guard given.count == values.count else { throw wrong(name, "\(given)", "a list of \(values.count) sizes") }
    return try given.map { try check("argument '\(name)'", $0, in: 1...Self.largest, of: name) }
  }

  /// One of several names, mvector's `default` if none is given.
  func choice<Choice: RawRepresentable<String>>(
    _ name: String, default value: Choice, of possible: [Choice]
  ) throws -> Choice {
    let names = possible.map(\.rawValue).joined(separator: ", ")
    switch configuration.arguments[name] {
    case nil: return value
    case .text(let text):
      guard let choice = possible.first(where: { $0.rawValue == text }) else {
        throw wrong(name, text, "one of: \(names)")
      }
      return choice
    case .some(let other): throw wrong(name, "\(other)", "one of: \(names)")
    }
  }

  /// Throws if an argument has another name than those.
  func allow(only names: Set<String>) throws {
    let unknown = Set(configuration.arguments.keys).subtracting(names).sorted()
    guard unknown.isEmpty else {
      throw NetworkError(
        .badConfiguration,
        "\(configuration.architecture) has no argument \(unknown.joined(separator: ", ")); it has:"
          + " \(names.sorted().joined(separator: ", "))", arguments: unknown)
    }
  }

  /// An error about the whole, e.g. arguments that do not go together.
  func refuse(_ reason: String, arguments: [String] = []) -> NetworkError {
    NetworkError(.badConfiguration, "\(configuration.architecture): \(reason)", arguments: arguments)
  }

  private func number(_ name: String) throws -> Int? {
    switch configuration.arguments[name] {
    case nil: nil
    case .number(let value): value
    case .some(let other): throw wrong(name, "\(other)", "a whole number or a truth value")
    }
  }

  private func wrong(_ name: String, _ value: String, _ right: String) -> NetworkError {
    refuse("argument '\(name)' is \(value), not \(right)", arguments: [name])
  }

  private func check(
    _ name: String, _ value: Int, in range: ClosedRange<Int>, of argument: String? = nil
  ) throws -> Int {
    guard range.contains(value) else {
      throw refuse(
        "\(name) is \(value), outside of \(range.lowerBound)…\(range.upperBound)",
        arguments: argument.map { [$0] } ?? [])
    }
    return value
  }
}
