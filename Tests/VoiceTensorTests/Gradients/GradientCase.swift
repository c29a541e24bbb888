@testable import VoiceTensor

/// A row of the gradient table: an operation on inputs of given shapes, and its definition in double precision.
struct GradientCase: Sendable, CustomStringConvertible {
  let kind: OpKind
  let shapes: [[Int]]
  let note: String
  let operation: @Sendable (Tape, [Variable]) -> Variable
  let definition: @Sendable ([Reference]) -> Reference

  init(
    _ kind: OpKind, _ shapes: [[Int]], _ note: String = "",
    operation: @escaping @Sendable (Tape, [Variable]) -> Variable,
    definition: @escaping @Sendable ([Reference]) -> Reference
  ) {
    self.kind = kind
    self.shapes = shapes
    self.note = note
    self.operation = operation
    self.definition = definition
  }

  var description: String { "\(kind) \(shapes) \(note)" }
}

/// What came of a row.
struct GradientReport {
  /// The operation the tape recorded first.
  var recorded: OpKind?
  /// Largest difference between operation and definition, relative to the largest value.
  var forwardError = Double.infinity
  /// The same for the gradient by each input.
  var gradientErrors: [Double] = []
}

extension GradientCase {
  /// Runs forward and backward in float32 and compares with the definition and its central differences in float64.
  func run() -> GradientReport {
    var random = RandomSource(seed: UInt64(description.utf8.reduce(7) { $0 &* 31 &+ Int($1) }.magnitude))
    func fill(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in 2 * random.uniform() - 1 })
    }
    let inputs = shapes.map(fill)
    let references = inputs.map { Reference(shape: $0.shape, values: $0.values.map(Double.init)) }

    let tape = Tape()
    let variables = inputs.map { tape.parameter($0) }
    let y = operation(tape, variables)
    let kind = tape.kinds.first
    let weights = fill(y.shape)
    let gradients = tape.gradients(of: tape.sum(tape.multiply(y, tape.constant(weights))))

    let expected = definition(references)
    var report = GradientReport(recorded: kind)
    guard expected.shape == y.shape else { return report }
    report.forwardError = Self.error(expected.values, y.value.values)
    report.gradientErrors = variables.indices.map { index in
      guard let gradient = gradients[variables[index]] else { return .infinity }
      let differences = centralDifferences(references, by: index, weights: weights.values.map(Double.init))
      return Self.error(differences, gradient.values)
    }
    return report
  }

  private func centralDifferences(_ inputs: [Reference], by input: Int, weights: [Double]) -> [Double] {
    let step = 1e-5
    func scalar(_ index: Int, _ offset: Double) -> Double {
      var moved = inputs
      moved[input].values[index] += offset
      return zip(definition(moved).values, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return inputs[input].values.indices.map { (scalar($0, step) - scalar($0, -step)) / (2 * step) }
  }

  private static func error(_ expected: [Double], _ actual: [Float]) -> Double {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    guard expected.count == actual.count, scale > 0, actual.allSatisfy(\.isFinite) else { return .infinity }
    return zip(expected, actual).reduce(0) { max($0, abs($1.0 - Double($1.1))) } / scale
  }
}
