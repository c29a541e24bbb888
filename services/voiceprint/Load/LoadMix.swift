internal import ArgumentParser

/// What is called, and how often each in proportion to the others, e.g. `identify=8,contrast=1`.
struct LoadMix: ExpressibleByArgument, Sendable {
  /// A call of the gateway.
  enum Kind: String, CaseIterable, Sendable {
    case identify
    case verify
    case contrast
    case embed
    /// Enrols a new person of the load's own, whom it deletes at its end.
    case enroll
  }

  let weights: [(kind: Kind, weight: Double)]

  /// Nothing but this.
  init(_ kind: Kind) { weights = [(kind, 1)] }

  init?(argument: String) {
    var weights: [(kind: Kind, weight: Double)] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count <= 2, let kind = Kind(rawValue: String(words[0])),
        let weight = words.count == 1 ? 1 : Double(words[1]), weight > 0, weight.isFinite,
        !weights.contains(where: { $0.kind == kind })
      else { return nil }
      weights.append((kind, weight))
    }
    self.weights = weights
  }

  var defaultValueDescription: String {
    weights.map { "\($0.kind.rawValue)=\(Terminal.decimal($0.weight, 0))" }.joined(separator: ",")
  }

  func contains(_ kind: Kind) -> Bool { weights.contains { $0.kind == kind } }

  /// The kind at a point of 0..<1.
  func kind(at point: Double) -> Kind {
    var left = point * weights.reduce(0) { $0 + $1.weight }
    for (kind, weight) in weights {
      left -= weight
      if left < 0 { return kind }
    }
    return weights[weights.count - 1].kind
  }
}
