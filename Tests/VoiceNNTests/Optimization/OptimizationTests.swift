import Testing
import VoiceNN
import VoiceTensor

@Suite("Optimisers and schedules by their definitions")
struct OptimizationTests {
  private func trajectory(_ optimizer: Optimizer, gradients: [Float], rate: Double = 1) throws -> [Float] {
    var optimizer = optimizer
    let registry = LayerRegistry()
    let parameter = registry.root.parameter("p", [1])
    let store = try ParameterStore(["p": .init(shape: [1], values: [2])], for: registry.parameters)
    return gradients.map { gradient in
      optimizer.step(store, [parameter: Tensor(shape: [1], values: [gradient])]) { _ in rate }
      return store[parameter].values[0]
    }
  }

  @Test("SGD, plain and with Nesterov's momentum, step by step as PyTorch documents it")
  func sgd() throws {
    let plain = try trajectory(Optimizer(.sgd(momentum: 0, isNesterov: false), learningRate: 0.1), gradients: [1, 2])
    #expect(abs(plain[0] - 1.9) < 1e-6 && abs(plain[1] - 1.7) < 1e-6)
    // b₁ = g₁, p −= lr (g₁ + m b₁); b₂ = m b₁ + g₂, p −= lr (g₂ + m b₂)
    let nesterov = try trajectory(
      Optimizer(.sgd(momentum: 0.5, isNesterov: true), learningRate: 0.1), gradients: [1, 2])
    #expect(abs(nesterov[0] - 1.85) < 1e-6 && abs(nesterov[1] - (1.85 - 0.1 * (2 + 0.5 * 2.5))) < 1e-6)
  }

  @Test("A rate of 0 leaves a parameter alone, half a rate moves Adam's first step half as far")
  func rates() throws {
    let adam = Optimizer(.adam, learningRate: 0.1)
    #expect(try trajectory(adam, gradients: [1, 1], rate: 0) == [2, 2])
    #expect(abs(try trajectory(adam, gradients: [3])[0] - 1.9) < 1e-6)
    #expect(abs(try trajectory(adam, gradients: [3], rate: 0.5)[0] - 1.95) < 1e-6)
  }

  @Test("An optimiser that goes on from its states does as one that was never stopped", arguments: [
    Optimizer.Rule.adam, .adamW, .sgd(momentum: 0.9, isNesterov: true),
  ])
  func resume(_ rule: Optimizer.Rule) throws {
    let registry = LayerRegistry()
    let parameter = registry.root.parameter("p", [3])
    func run(interrupted: Bool) throws -> [Float] {
      let store = try ParameterStore(["p": .init(shape: [3], values: [1, -2, 3])], for: registry.parameters)
      var optimizer = Optimizer(rule, learningRate: 0.01, weightDecay: 0.1)
      for step in 0..<6 {
        if interrupted && step == 3 {
          optimizer = Optimizer(rule, learningRate: 0.01, weightDecay: 0.1, states: optimizer.states)
        }
        let gradient = store[parameter].values.map { $0 * $0 - Float(step) }
        optimizer.step(store, [parameter: Tensor(shape: [3], values: gradient)])
      }
      return store[parameter].values
    }
    #expect(try run(interrupted: true) == run(interrupted: false))
  }

  @Test("StepLR and ExponentialLR")
  func decays() {
    let step = LearningRateSchedule.step(period: 3, factor: 0.1)
    #expect([0, 2, 3, 8].map { step.rate(step: $0, base: 1) } == [1, 1, 0.1, 0.010000000000000002])
    let exponential = LearningRateSchedule.exponential(factor: 0.5)
    #expect([0, 1, 3].map { exponential.rate(step: $0, base: 8) } == [8, 4, 1])
    #expect(LearningRateSchedule.constant.rate(step: 9, base: 0.3) == 0.3)
  }

  @Test("ReduceLROnPlateau: patience, threshold, cooldown and least rate as in PyTorch")
  func plateau() {
    let schedule = LearningRateSchedule.reduceOnPlateau(
      factor: 0.1, patience: 2, threshold: 0.01, cooldown: 1, minimum: 0.005)
    var state = PlateauState()
    func rate(_ measures: [Double]) -> Double {
      for measure in measures { state.observe(measure, schedule) }
      return schedule.rate(step: 0, base: 1, reductions: state.reductions)
    }
    #expect(rate([1, 0.995, 0.99]) == 1)  // within the threshold: not better
    #expect(rate([1]) == 0.1)  // the third without progress
    #expect(rate([1, 1, 1]) == 0.1)  // one cools down, two are counted
    #expect(rate([1]) == 0.010000000000000002)
    #expect(rate([0.5, 1, 1, 1, 1]) == 0.005)
    #expect(state.best == 0.5)
  }

  @Test("A margin stays, grows and stays; it lags one step behind, as mvector's")
  func margins() {
    let scheduler = MarginScheduler(
      initial: 0.1, final: 0.5, startEpoch: 1, fixEpoch: 3, stepsPerEpoch: 10, growth: .linear)
    #expect([0, 5, 10, 11].map(scheduler.margin) == [0.1, 0.1, 0.1, 0.1])
    #expect(abs(scheduler.margin(duringStep: 21) - 0.3) < 1e-12 && scheduler.margin(duringStep: 31) == 0.5)
  }
}

@Suite("New parameters")
struct InitializationTests {
  @Test("Each draw has its bounds or deviation, a seed repeats it, and parameters differ")
  func draws() {
    let registry = LayerRegistry()
    let root = registry.root
    let uniform = root.parameter("standard", [64, 32, 3])
    let xavier = root.parameter("xavier", [200, 100], initialization: .xavierUniform)
    let normal = root.parameter("normal", [64, 32, 3], initialization: .kaimingNormalFanIn)
    let out = root.parameter("out", [64, 32, 3, 3], initialization: .kaimingNormalFanOut)
    let bias = root.parameter("bias", [64], initialization: .uniform(fanIn: 96))
    let one = root.parameter("one", [5], initialization: .constant(1))
    let store = ParameterStore(drawing: registry.parameters, seed: 3)
    func statistics(_ parameter: Parameter) -> (largest: Float, deviation: Double) {
      let values = store[parameter].values
      let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
      return (values.map(abs).max() ?? 0, square.squareRoot())
    }
    let bounds = [(uniform, 1 / 96.0.squareRoot()), (xavier, 0.02.squareRoot()), (bias, 1 / 96.0.squareRoot())]
    for (parameter, bound) in bounds {
      let drawn = statistics(parameter)
      #expect(Double(drawn.largest) <= bound && Double(drawn.largest) > 0.9 * bound)
      #expect(abs(drawn.deviation / (bound / 3.0.squareRoot()) - 1) < 0.2)
    }
    #expect(abs(statistics(normal).deviation / (2 / 96.0).squareRoot() - 1) < 0.05)
    #expect(abs(statistics(out).deviation / (2 / (64.0 * 9)).squareRoot() - 1) < 0.05)
    #expect(store[one].values == [1, 1, 1, 1, 1])
    let again = ParameterStore(drawing: registry.parameters, seed: 3)
    #expect(again[uniform] == store[uniform])
    #expect(ParameterStore(drawing: registry.parameters, seed: 4)[uniform] != store[uniform])
    #expect(Array(store[uniform].values.prefix(20)) != Array(store[bias].values.prefix(20)))
  }
}
