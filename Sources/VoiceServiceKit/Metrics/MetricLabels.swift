/// The labels of a time series, in the order of their names.
struct MetricLabels: Sendable, Hashable, Comparable {
  private let pairs: [Pair]

  private struct Pair: Sendable, Hashable {
    let name: String
    let value: String
  }

  init(_ pairs: [(String, String)]) {
    self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
  }

  static func < (one: Self, other: Self) -> Bool {
    one.pairs.lexicographicallyPrecedes(other.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
  }

  /// As they stand behind a name, with one more of the writer's own at the end; nothing where there are none.
  func text(adding name: String? = nil, _ value: String = "") -> String {
    var parts = pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
    if let name { parts.append("\(name)=\"\(value)\"") }
    return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
