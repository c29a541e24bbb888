/// Reads a configuration's keyword arguments, and refuses what is out of range or unknown.
struct NetworkArguments {
  private let configuration: NetworkConfiguration

  init(_ configuration: NetworkConfiguration) { self.configuration = configuration }

  /// Sizes beyond this are mistakes, and could overflow when they are multiplied.
  private static let largest = 1 << 16

  func inputSize() throws -> Int {
    try check("input size", configuration.inputSize, in: 1...Self.largest)
  }

  func embeddingSize() throws -> Int {
    try check("embedding size", configuration.embeddingSize, in: 1...Self.largest)
  }

  /// The size `name`, mvector's `default` if it is not given.
  func size(_ name: String, default value: Int) throws -> Int {
    try check("argument '\(name)'", configuration.arguments[name] ?? value, in: 1...Self.largest)
  }

  /// The truth value `name`, mvector's `default` if it is not given.
  func flag(_ name: String, default value: Bool) throws -> Bool {
    try check("argument '\(name)'", configuration.arguments[name] ?? (value ? 1 : 0), in: 0...1) == 1
  }

  /// Throws if an argument has another name than those.
  func allow(only names: Set<String>) throws {
    let unknown = Set(configuration.arguments.keys).subtracting(names).sorted()
    guard unknown.isEmpty else {
      throw NetworkError(
        .badConfiguration,
        "\(configuration.architecture) has no argument \(unknown.joined(separator: ", ")); it has:"
          + " \(names.sorted().joined(separator: ", "))")
    }
  }

  private func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws -> Int {
    guard range.contains(value) else {
      throw NetworkError(
        .badConfiguration,
        "\(configuration.architecture): \(name) is \(value), outside of \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }
}
