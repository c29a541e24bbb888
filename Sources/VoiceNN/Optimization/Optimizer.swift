internal import Glibc
package import VoiceTensor

/// Changes parameters by their gradients, with PyTorch's rules and its order of operations.
package struct Optimizer: Sendable {
  /// The rules there are.
  package enum Rule: Sendable, Hashable {
    /// Kingma, Ba 2015; weight decay is added to the gradient.
    case adam
    /// Loshchilov, Hutter 2019; weight decay is taken off the weight itself.
    case adamW
    /// Stochastic gradient descent with momentum, Nesterov's or the plain one; a share of each gradient, the dampening,
    /// does not enter the momentum.
    case sgd(momentum: Double, dampening: Double = 0, isNesterov: Bool)
  }

  /// What is kept of a parameter from step to step.
  package struct State: Sendable, Equatable {
    /// Steps that were taken.
    package var steps: Int
    /// Adam: the averages `exp_avg` and `exp_avg_sq`; SGD: `momentum_buffer`, and nothing.
    package var first: [Float]
    /// The second of Adam's.
    package var second: [Float]

    /// A state that was saved.
    package init(steps: Int, first: [Float], second: [Float]) {
      (self.steps, self.first, self.second) = (steps, first, second)
    }
  }

  /// The rule.
  package let rule: Rule
  /// The learning rate of the next step; the scheduler changes it.
  package var learningRate: Double
  /// How strongly weights are drawn to 0.
  package let weightDecay: Double
  /// How slowly Adam's averages move.
  package let betas: [Double]
  /// What Adam adds to the root of the second average.
  package let epsilon: Double
  /// What is kept, by the parameter's key.
  package private(set) var states: [String: State]

  /// An optimiser that has taken no step, or goes on from saved states.
  package init(
    _ rule: Rule, learningRate: Double, weightDecay: Double = 0, betas: [Double] = [0.9, 0.999],
    epsilon: Double = 1e-8, states: [String: State] = [:]
  ) {
    precondition(betas.count == 2, "Adam has two averages, not \(betas.count)")
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.betas = betas
    self.epsilon = epsilon
    self.states = states
  }

  /// Changes the values of those parameters that have a gradient. A parameter may have a rate of its own: a factor of
  /// the learning rate, 0 to leave it alone.
  package mutating func step(
    _ store: ParameterStore, _ gradients: [Parameter: Tensor], rateOf: (Parameter) -> Double = { _ in 1 }
  ) {
    for (parameter, gradient) in gradients.sorted(by: { $0.key.index < $1.key.index }) where parameter.role == .weight {
      let rate = rateOf(parameter)
      if rate == 0 { continue }
      let count = gradient.count
      var state = states.removeValue(forKey: parameter.path) ?? .fresh(for: rule, count: count)
      precondition(state.first.count == count, "optimiser: a state of \(state.first.count) for \(parameter.path)")
      state.steps += 1
      store.modify(parameter) { values in
        gradient.values.withUnsafeBufferPointer { gradient in
          state.first.withUnsafeMutableBufferPointer { first in
            state.second.withUnsafeMutableBufferPointer { second in
              update(values, gradient, first, second, steps: state.steps, rate: learningRate * rate)
            }
          }
        }
      }
      states[parameter.path] = state
    }
  }

  /// Goes on from saved states. Throws ``ParameterMismatch``, and changes nothing, if they are of parameters that there
  /// are not, of other lengths, or of another rule.
  package mutating func restore(_ states: [String: State], for parameters: [Parameter]) throws {
    let weights = Dictionary(
      uniqueKeysWithValues: parameters.filter { $0.role == .weight }.map { ($0.path, $0.count) })
    var mismatch = ParameterMismatch()
    for (path, state) in states.sorted(by: { $0.key < $1.key }) {
      guard let count = weights[path] else {
        mismatch.unexpected.append(path)
        continue
      }
      let fresh = State.fresh(for: rule, count: count)
      for (actual, expected) in [(state.first, fresh.first), (state.second, fresh.second)]
      where actual.count != expected.count {
        mismatch.misshapen.append(.init(path: path, expected: [expected.count], actual: [actual.count]))
      }
    }
    if mismatch != ParameterMismatch() { throw mismatch }
    self.states = states
  }

  private func update(
    _ values: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeBufferPointer<Float>,
    _ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>, steps: Int, rate: Double
  ) {
    switch rule {
    case .adam: adam(values, gradient, first, second, steps: steps, rate: rate, isDecoupled: false)
    case .adamW: adam(values, gradient, first, second, steps: steps, rate: rate, isDecoupled: true)
    case .sgd(let momentum, let dampening, let isNesterov):
      let (decay, momentum, rate) = (Float(weightDecay), Float(momentum), Float(rate))
      // The first step takes the gradient as it is.
      let taken = steps == 1 ? 1 : Float(1 - dampening)
      for index in values.indices {
        var change = gradient[index] + decay * values[index]
        if momentum != 0 {
          first[index] = momentum * first[index] + taken * change
          change = isNesterov ? change + momentum * first[index] : first[index]
        }
        values[index] -= rate * change
      }
    }
  }

  private func adam(
    _ values: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeBufferPointer<Float>,
    _ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>, steps: Int, rate: Double,
    isDecoupled: Bool
  ) {
    let step = AdamStep(
      rate: Float(rate / (1 - power(betas[0], steps))), correction: Float((1 - power(betas[1], steps)).squareRoot()),
      betas: (betas[0], betas[1]), epsilon: Float(epsilon), decay: Float(isDecoupled ? 0 : weightDecay),
      shrink: Float(isDecoupled ? 1 - rate * weightDecay : 1))
    step(values, gradient: gradient, first: first, second: second)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double { Glibc.pow(base, Double(exponent)) }
}

extension Optimizer.State {
  fileprivate static func fresh(for rule: Optimizer.Rule, count: Int) -> Self {
    let zeros = [Float](repeating: 0, count: count)
    switch rule {
    case .adam, .adamW: return Self(steps: 0, first: zeros, second: zeros)
    case .sgd: return Self(steps: 0, first: zeros, second: [])
    }
  }
}
