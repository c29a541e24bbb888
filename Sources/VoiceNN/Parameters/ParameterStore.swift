package import VoiceTensor

/// The values of a network's parameters. For one thread.
package final class ParameterStore {
  /// What the values belong to.
  package let parameters: [Parameter]
  private var values: [Tensor]

  /// Takes the values of a checkpoint; a counter it lacks is 0. Throws ``ParameterMismatch``.
  package init(_ stored: [String: StoredTensor], for parameters: [Parameter]) throws {
    try ParameterMismatch.check(stored, against: parameters)
    self.parameters = parameters
    values = parameters.map { parameter in
      stored[parameter.path].map { Tensor(shape: parameter.shape, values: $0.values) }
        ?? Tensor(zeros: parameter.shape)
    }
  }

  /// New values, drawn as each parameter says; the same seed gives the same values.
  package init(drawing parameters: [Parameter], seed: UInt64) {
    self.parameters = parameters
    values = parameters.map { parameter in
      var random = RandomSource(seed: RandomSource.seed(seed, UInt64(parameter.index)))
      return Tensor(shape: parameter.shape, values: parameter.initialization.values(parameter.shape, &random))
    }
  }

  /// Changes the values of a parameter where they are.
  func modify(_ parameter: Parameter, _ change: (UnsafeMutableBufferPointer<Float>) -> Void) {
    values[parameter.index].values.withUnsafeMutableBufferPointer { change($0) }
  }

  /// The value of a parameter, in its shape.
  package subscript(_ parameter: Parameter) -> Tensor {
    get { values[parameter.index] }
    set {
      precondition(newValue.shape == parameter.shape, "\(parameter.path): \(newValue.shape), not \(parameter.shape)")
      values[parameter.index] = newValue
    }
  }

  /// All values by key, as a checkpoint has them.
  package var stored: [String: StoredTensor] {
    Dictionary(uniqueKeysWithValues: parameters.map { parameter in
      (parameter.path, StoredTensor(shape: parameter.shape, values: self[parameter].values))
    })
  }
}
