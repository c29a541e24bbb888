import FoundationEssentials
import Testing
@testable import VoiceNN
import VoiceTensor

@Suite("What is saved of an optimiser and a schedule")
struct SavedStateTests {
  private let registry = LayerRegistry()
  private let parameters: [Parameter]

  init() {
    _ = ConvolutionLayer(
      registry.root("a"), .init(inputChannels: 2, outputChannels: 3), weights: .vector, bias: true,
      norm: registry.root("bn"))
    parameters = registry.parameters
  }

  /// An optimiser that has taken a step.
  private func stepped(_ rule: Optimizer.Rule) -> Optimizer {
    var optimizer = Optimizer(rule, learningRate: 0.1)
    let gradients = parameters.filter { $0.role == .weight }.map { parameter in
      (parameter, Tensor(shape: parameter.shape, values: (0..<parameter.count).map { Float($0) - 1.5 }))
    }
    optimizer.step(
      ParameterStore(drawing: parameters, seed: 1), Dictionary(uniqueKeysWithValues: gradients))
    return optimizer
  }

  @Test("States fit the parameters they are of", arguments: [
    Optimizer.Rule.adam, .adamW, .sgd(momentum: 0.9, isNesterov: false),
  ])
  func fitting(_ rule: Optimizer.Rule) throws {
    let states = stepped(rule).states
    #expect(Set(states.keys) == ["a.weight", "a.bias", "bn.weight", "bn.bias"])
    var optimizer = Optimizer(rule, learningRate: 0.1)
    try optimizer.restore(states, for: parameters)
    #expect(optimizer.states == states)
  }

  @Test("States of other parameters, lengths and rules are told, all at once")
  func foreign() throws {
    var states = stepped(.adam).states
    states["b.weight"] = Optimizer.State(steps: 1, first: [0], second: [0])
    states["bn.running_mean"] = Optimizer.State(steps: 1, first: [0, 0, 0], second: [0, 0, 0])
    states["a.bias"]?.first.removeLast()
    var adam = Optimizer(.adam, learningRate: 0.1)
    let error = try #require(throws: ParameterMismatch.self) { try adam.restore(states, for: parameters) }
    #expect(adam.states.isEmpty)
    #expect(error.unexpected == ["b.weight", "bn.running_mean"])
    #expect(error.misshapen == [.init(path: "a.bias", expected: [3], actual: [2])])
    var sgd = Optimizer(.sgd(momentum: 0.9, isNesterov: false), learningRate: 0.1)
    let rule = try #require(throws: ParameterMismatch.self) {
      try sgd.restore(stepped(.adam).states, for: parameters)
    }
    #expect(rule.misshapen.count == 4)
  }

  @Test("A plateau's memory goes through JSON at any time, also before the first measure")
  func plateau() throws {
    let schedule = LearningRateSchedule.reduceOnPlateau(
      factor: 0.1, patience: 0, threshold: 0, cooldown: 2, minimum: 0)
    var state = PlateauState()
    for measure in [Double.nan, 0.3, 0.1, 0.2, 0.2] {
      #expect(try JSONDecoder().decode(PlateauState.self, from: JSONEncoder().encode(state)) == state)
      state.observe(measure, schedule)
    }
    #expect(state.best == 0.1)
    #expect(try JSONDecoder().decode(PlateauState.self, from: JSONEncoder().encode(state)) == state)
  }

  @Test("Dampening keeps a share of each gradient out of the momentum, but for the first")
  func dampening() throws {
    let registry = LayerRegistry()
    let parameter = registry.root.parameter("p", [1], initialization: .constant(1))
    let store = ParameterStore(drawing: registry.parameters, seed: 1)
    var optimizer = Optimizer(.sgd(momentum: 0.5, dampening: 0.25, isNesterov: false), learningRate: 0.1)
    var (value, velocity) = (1.0, 0.0)
    for (step, gradient) in [2.0, -1, 3].enumerated() {
      optimizer.step(store, [parameter: Tensor(shape: [1], values: [Float(gradient)])])
      velocity = 0.5 * velocity + (step == 0 ? 1 : 0.75) * gradient
      value -= 0.1 * velocity
      #expect(abs(Double(store[parameter].values[0]) - value) < 1e-6)
    }
  }
}
