/// Records coarse operations as they run, and walks them backwards for the gradients. For one thread.
package final class Tape {
  /// From the derivative by an output to those by the inputs, nil where none is needed.
  typealias Backward = (Tensor) -> [Tensor?]

  /// An input, without its value: the backward pass keeps those that it needs.
  private struct Input {
    let index: Int
    let shape: [Int]
    let requiresGradient: Bool
  }

  private enum Step {
    /// A leaf, or a result that no gradient flows through.
    case none
    /// A leaf whose gradient is handed over as soon as it is final.
    case leaf((Tensor) -> Void)
    case ready(Backward)
    /// It ran, and what it kept is freed.
    case done
  }

  private struct Node {
    var kind: OpKind?
    var inputs: [Input]
    var backward: Step
  }

  /// Who computes.
  let team: TensorTeam
  private var nodes: [Node] = []
  private var actionsAfterBackward: [() -> Void] = []
  /// Multiplications and additions of the convolutions and linear layers recorded so far.
  package private(set) var operations = 0

  /// An empty tape, whose operations are computed by `threads` threads, the calling one included. Results do not depend
  /// on their number. With more than one, a tape is used from a thread of one's own, as its operations block.
  package init(threads: Int = 1) { team = TensorTeam(threads: threads) }

  /// The operations recorded so far, in order.
  package var kinds: [OpKind] { nodes.compactMap(\.kind) }

  /// A value to differentiate by. `whenFinal` is given its derivative while the walk goes on, as soon as all operations
  /// that used the value have been walked through; such a derivative is not kept for the end.
  package func parameter(_ value: Tensor, whenFinal: ((Tensor) -> Void)? = nil) -> Variable {
    let backward = whenFinal.map(Step.leaf) ?? Step.none
    return append(Node(kind: nil, inputs: [], backward: backward), value, requiresGradient: true)
  }

  /// A value that is given.
  package func constant(_ value: Tensor) -> Variable {
    append(Node(kind: nil, inputs: [], backward: .none), value, requiresGradient: false)
  }

  /// Adds the result of an operation; the backward pass is dropped if no input requires a gradient.
  func record(_ kind: OpKind, _ inputs: [Variable], _ value: Tensor, backward: @escaping Backward) -> Variable {
    let requiresGradient = inputs.contains(where: \.requiresGradient)
    let node = Node(
      kind: kind,
      inputs: inputs.map { Input(index: $0.index, shape: $0.shape, requiresGradient: $0.requiresGradient) },
      backward: requiresGradient ? .ready(backward) : .none)
    return append(node, value, requiresGradient: requiresGradient)
  }

  /// Runs `action` once, at the end of the next backward pass.
  package func afterBackward(_ action: @escaping () -> Void) {
    actionsAfterBackward.append(action)
  }

  /// Counts the work of an operation.
  func count(operations: Int) { self.operations += operations }

  /// The derivatives of `weight` times a scalar by every leaf that requires one. What the operations kept for it is
  /// freed on the way: they are walked once.
  package func gradients(of scalar: Variable, weight: Float = 1) -> Gradients {
    precondition(scalar.value.count == 1, "gradients of \(scalar.shape): only a scalar has them")
    var pending = [scalar.index: Tensor(shape: scalar.shape, values: [weight])]
    for index in stride(from: scalar.index, through: 0, by: -1) {
      // What uses a value comes behind it: here nothing is left that could add to the leaf's gradient.
      if case .leaf(let handOver) = nodes[index].backward {
        if let gradient = pending.removeValue(forKey: index) { handOver(gradient) }
        continue
      }
      guard let backward = take(index, isNeeded: pending[index] != nil),
        let outer = pending.removeValue(forKey: index)
      else { continue }
      for (input, gradient) in zip(nodes[index].inputs, backward(outer)) where input.requiresGradient {
        guard let gradient else { continue }
        precondition(
          gradient.shape == input.shape, "\(nodes[index].kind!): gradient \(gradient.shape) of input \(input.shape)")
        collect(gradient, in: &pending[input.index])
      }
    }
    actionsAfterBackward.forEach { $0() }
    actionsAfterBackward = []
    return Gradients(pending)
  }

  /// The backward step of a node, which is not kept.
  private func take(_ index: Int, isNeeded: Bool) -> Backward? {
    guard isNeeded else { return nil }
    switch nodes[index].backward {
    case .none, .leaf: return nil
    case .done: preconditionFailure("\(nodes[index].kind!): the tape was walked through it before")
    case .ready(let backward):
      nodes[index].backward = .done
      return backward
    }
  }

  private func collect(_ gradient: Tensor, in sum: inout Tensor?) {
    if sum == nil {
      sum = gradient
    } else {
      team.add(gradient, to: &sum!)
    }
  }

  private func append(_ node: Node, _ value: Tensor, requiresGradient: Bool) -> Variable {
    nodes.append(node)
    return Variable(index: nodes.count - 1, value: value, requiresGradient: requiresGradient)
  }
}
