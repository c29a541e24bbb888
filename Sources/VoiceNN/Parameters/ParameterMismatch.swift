package import VoiceTensor

/// Everything in which a checkpoint differs from a network.
package struct ParameterMismatch: Error, Equatable, CustomStringConvertible {
  /// A tensor with another shape than the network's.
  package struct Shape: Sendable, Equatable {
    /// Its key.
    package var path: String
    /// The network's shape.
    package var expected: [Int]
    /// The checkpoint's shape.
    package var actual: [Int]

    /// A tensor of two shapes.
    package init(path: String, expected: [Int], actual: [Int]) {
      (self.path, self.expected, self.actual) = (path, expected, actual)
    }
  }

  /// Keys of the network that the checkpoint lacks.
  package var missing: [String] = []
  /// Keys of the checkpoint that the network lacks.
  package var unexpected: [String] = []
  /// Tensors of another shape.
  package var misshapen: [Shape] = []

  /// No difference yet.
  package init() {}

  /// Compares; throws itself if there is any difference. Counters may be missing, and may be arrays of one number.
  package static func check(_ stored: [String: StoredTensor], against parameters: [Parameter]) throws {
    var mismatch = ParameterMismatch()
    for parameter in parameters {
      guard let tensor = stored[parameter.path] else {
        if parameter.role != .counter { mismatch.missing.append(parameter.path) }
        continue
      }
      let isCount = parameter.role == .counter && tensor.values.count == 1
      if tensor.shape != parameter.shape && !isCount {
        mismatch.misshapen.append(Shape(path: parameter.path, expected: parameter.shape, actual: tensor.shape))
      }
    }
    mismatch.unexpected = Set(stored.keys).subtracting(parameters.map(\.path)).sorted()
    if mismatch != ParameterMismatch() { throw mismatch }
  }

  package var description: String {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("missing: \(missing.joined(separator: ", "))") }
    if !unexpected.isEmpty { parts.append("not of this network: \(unexpected.joined(separator: ", "))") }
    if !misshapen.isEmpty {
      let shapes = misshapen.map { "\($0.path) is \($0.actual), not \($0.expected)" }
      parts.append("of another shape: \(shapes.joined(separator: ", "))")
    }
    return parts.joined(separator: "; ")
  }
}
