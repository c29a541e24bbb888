/// What a metric is, before anything is counted: its name, what kind it is and what it tells.
package struct MetricDescription: Sendable, Hashable {
  /// How values of it come about.
  package enum Kind: Sendable, Hashable {
    /// Only grows, until the process ends.
    case counter
    /// Goes up and down.
    case gauge
    /// How many values were at most as large as each of the limits, in ascending order.
    case histogram([Double])
  }

  /// By the conventions of Prometheus: unit at the end, in base units, counters with `_total`.
  package let name: String
  /// How values of it come about.
  package let kind: Kind
  /// One sentence for whoever finds it.
  package let help: String

  /// A metric that only grows.
  static func counter(_ name: String, _ help: String) -> Self { Self(name: name, kind: .counter, help: help) }
  /// A metric that goes up and down.
  static func gauge(_ name: String, _ help: String) -> Self { Self(name: name, kind: .gauge, help: help) }
  /// A distribution.
  static func histogram(_ name: String, _ limits: [Double], _ help: String) -> Self {
    precondition(!limits.isEmpty && zip(limits, limits.dropFirst()).allSatisfy(<), "the limits of \(name) ascend")
    return Self(name: name, kind: .histogram(limits), help: help)
  }
}
