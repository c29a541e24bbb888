/// Records coarse operations as they run, and walks them backwards for the gradients. For one thread.
package final class Tape {
  /// From the derivative by an output to those by the inputs, nil where none is needed.
  typealias Backward = (Tensor) -> [Tensor?]

  private struct Node {
    var kind: OpKind?
    var inputs: [Variable]
    var backward: Backward?
  }

  private var nodes: [Node] = []
  private var actionsAfterBackward: [() -> Void] = []

  /// An empty tape.
  package init() {}

  /// The operations recorded so far, in order.
  package var kinds: [OpKind] { nodes.compactMap(\.kind) }

  /// A value to differentiate by.
  package func parameter(_ value: Tensor) -> Variable {
    append(Node(kind: nil, inputs: [], backward: nil), value, requiresGradient: true)
  }

  /// A value that is given.
  package func constant(_ value: Tensor) -> Variable {
    append(Node(kind: nil, inputs: [], backward: nil), value, requiresGradient: false)
  }

  /// Adds the result of an operation; the backward pass is dropped if no input requires a gradient.
  func record(_ kind: OpKind, _ inputs: [Variable], _ value: Tensor, backward: @escaping Backward) -> Variable {
    let requiresGradient = inputs.contains(where: \.requiresGradient)
    let node = Node(kind: kind, inputs: inputs, backward: requiresGradient ? backward : nil)
    return append(node, value, requiresGradient: requiresGradient)
  }

  /// Runs `action` once, at the end of the next backward pass.
  package func afterBackward(_ action: @escaping () -> Void) {
    actionsAfterBackward.append(action)
  }

  /// The derivatives of a scalar by every leaf that requires one.
  package func gradients(of scalar: Variable) -> Gradients {
    precondition(scalar.value.count == 1, "gradients of \(scalar.shape): only a scalar has them")
    var pending = [scalar.index: Tensor(shape: scalar.shape, values: [1])]
    for index in stride(from: scalar.index, through: 0, by: -1) {
      guard let backward = nodes[index].backward, let outer = pending.removeValue(forKey: index) else { continue }
      for (input, gradient) in zip(nodes[index].inputs, backward(outer)) where input.requiresGradient {
        guard let gradient else { continue }
        precondition(
          gradient.shape == input.shape, "\(nodes[index].kind!): gradient \(gradient.shape) of input \(input.shape)")
        pending[input.index] = pending[input.index].map { $0.zip(gradient, +) } ?? gradient
      }
    }
    actionsAfterBackward.forEach { $0() }
    actionsAfterBackward = []
    return Gradients(pending)
  }

  private func append(_ node: Node, _ value: Tensor, requiresGradient: Bool) -> Variable {
    nodes.append(node)
    return Variable(index: nodes.count - 1, value: value, requiresGradient: requiresGradient)
  }
}
