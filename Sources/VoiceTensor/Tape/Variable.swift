/// A value on a tape.
package struct Variable {
  /// Its place on the tape.
  let index: Int
  /// The value.
  package let value: Tensor
  /// Whether a gradient flows to it.
  package let requiresGradient: Bool

  /// Lengths of the value's axes.
  package var shape: [Int] { value.shape }
}

/// What a scalar's derivatives are, by variable.
package struct Gradients {
  private let byIndex: [Int: Tensor]

  init(_ byIndex: [Int: Tensor]) { self.byIndex = byIndex }

  /// The derivative with respect to a leaf, in its shape; nil where the scalar does not depend on it.
  package subscript(_ variable: Variable) -> Tensor? { byIndex[variable.index] }
}
