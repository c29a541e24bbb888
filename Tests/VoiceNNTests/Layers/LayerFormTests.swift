import Testing

@testable import VoiceNN
@testable import VoiceTensor

@Suite("Layers in training and inference")
struct LayerFormTests {
  @Test("Folded and packed, a form gives what the tape gives in evaluation", arguments: LayerForm.allCases, [1, 9])
  func agreement(_ form: LayerForm, _ width: Int) throws {
    // One frame has no deviation.
    if form == .statistics && width == 1 { return }
    let registry = LayerRegistry()
    let network = LayerFormNetwork(form, registry.root)
    var random = RandomSource(seed: UInt64(width))
    let store = try ParameterStore(randomParameters(registry.parameters, &random), for: registry.parameters)
    let height = LayerFormNetwork.height(form)
    let x = Tensor(shape: [1, height, width, 3], values: (0..<height * width * 3).map { _ in 2 * random.uniform() - 1 })

    let training = TrainingExecution(store, mode: .evaluation)
    let expected = network.forward(training.tape.constant(x), training).value

    let inference = InferenceExecution(PackedNetwork(registry, store), Workspace())
    let y = network.forward(inference.map(x, halo: form == .gatedAppend ? 1 : 0), inference)
    #expect([1, y.height, y.width, y.channels] == expected.shape)
    let values = inference.values(y)
    for (actual, expected) in zip(values, expected.values) { #expect(abs(actual - expected) < 2e-5) }
  }

  @Test("A norm moves its running statistics by a tenth, with the unbiased variance, in training only")
  func runningStatistics() throws {
    let registry = LayerRegistry()
    let layer = NormActivation(registry.root("bn"), channels: 1)
    let store = try ParameterStore(
      [
        "bn.weight": .init(shape: [1], values: [1]), "bn.bias": .init(shape: [1], values: [0]),
        "bn.running_mean": .init(shape: [1], values: [5]), "bn.running_var": .init(shape: [1], values: [1]),
      ], for: registry.parameters)
    for mode in [TrainingExecution.Mode.evaluation, .training] {
      let run = TrainingExecution(store, mode: mode)
      _ = layer(run.tape.constant(Tensor(shape: [1, 1, 4, 1], values: [1, 2, 3, 6])), run)
      let isTraining = mode == .training
      // Mean 3, unbiased variance 14/3.
      #expect(abs(store[layer.norm.runningMean].values[0] - (isTraining ? 4.8 : 5)) < 1e-6)
      #expect(abs(store[layer.norm.runningVariance].values[0] - (isTraining ? 0.9 + 1.4 / 3 : 1)) < 1e-6)
      #expect(store[layer.norm.batchesTracked].values[0] == (isTraining ? 1 : 0))
    }
  }
}

/// Values that a trained network could have.
func randomParameters(_ parameters: [Parameter], _ random: inout RandomSource) -> [String: StoredTensor] {
  var stored: [String: StoredTensor] = [:]
  for parameter in parameters {
    let isVariance = parameter.path.hasSuffix("running_var")
    let values = (0..<parameter.count).map { _ in isVariance ? 0.5 + random.uniform() : 2 * random.uniform() - 1 }
    stored[parameter.path] = StoredTensor(shape: parameter.shape, values: values)
  }
  return stored
}

extension InferenceExecution {
  /// A map with the values of a tensor `[1, height, width, channels]`, and room for eight channels.
  func map(_ x: Tensor, halo: Int) -> ActivationMap {
    let map = workspace.map(
      height: x.shape[1], width: x.shape[2], channels: x.channels, halo: Extent(height: 0, width: halo), room: 8)
    var index = 0
    map.forEachPixel { pixel in
      for channel in 0..<x.channels { pixel[channel] = x.values[index + channel] }
      index += x.channels
    }
    return map
  }
}
