/// A keyword argument of a network: a number (truth values are 0 and 1), a name or a list of sizes.
package enum ArchitectureArgument: Sendable, Hashable {
  case number(Int)
  case text(String)
  case list([Int])
}

extension ArchitectureArgument: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  package init(integerLiteral value: Int) { self = .number(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(arrayLiteral elements: Int...) { self = .list(elements) }
}

extension ArchitectureArgument: CustomStringConvertible {
  package var description: String {
    switch self {
    case .number(let value): "\(value)"
    case .text(let value): value
    case .list(let values): "\(values)"
    }
  }
}

extension ArchitectureArgument: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .list(try container.decode([Int].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}
