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

  @Test(
    "What has no parameters gives the same on a packed map as on the tape", arguments: MapOperation.all,
    [[1, 9, 5], [4, 7, 3], [3, 6, 66], [1, 1, 4]])
  func maps(_ operation: MapOperation, _ shape: [Int]) throws {
    guard operation.minimumFrames <= shape[1] else { return }
    var random = RandomSource(seed: UInt64(shape[2]))
    func values(_ count: Int) -> [Float] { (0..<count).map { _ in 4 * random.uniform() - 2 } }
    let tensors = (0..<3).map { _ in Tensor(shape: [1] + shape, values: values(shape.reduce(1, *))) }
    let store = try ParameterStore([:], for: [])
    let training = TrainingExecution(store, mode: .evaluation)
    let expected = operation.onTape(tensors.map(training.tape.constant), training).value

    let inference = InferenceExecution(PackedNetwork(LayerRegistry(), store), Workspace())
    // Views of wider maps with a halo, as the channels of a group are.
    let maps = tensors.map { tensor in
      let room = inference.workspace.map(
        height: shape[0], width: shape[1], channels: shape[2] + 3, halo: Extent(height: 1, width: 2))
      let map = room.channels(2..<2 + shape[2])
      inference.copy(inference.map(tensor, halo: 0), into: map)
      return map
    }
    let y = operation.onMaps(maps, inference)
    #expect([1, y.height, y.width, y.channels] == expected.shape)
    for (actual, expected) in zip(inference.values(y), expected.values) {
      #expect(abs(actual - expected) < 3e-6 * max(1, abs(expected)))
    }
  }

  @Test("Dropout leaves out a share in training, keeps the mean, and is the identity otherwise")
  func dropout() throws {
    let store = try ParameterStore([:], for: [])
    let x = Tensor(shape: [1, 1, 100, 100], values: .init(repeating: 1, count: 10_000))
    func dropped(_ mode: TrainingExecution.Mode, seed: UInt64) -> [Float] {
      let run = TrainingExecution(store, mode: mode, seed: seed)
      return run.dropout(run.tape.constant(x), rate: 0.2).value.values
    }
    let values = dropped(.training, seed: 1)
    #expect(Set(values) == [0, 1.25] && abs(values.reduce(0, +) - 10_000) < 200)
    #expect(dropped(.training, seed: 1) == values && dropped(.training, seed: 2) != values)
    #expect(dropped(.evaluation, seed: 1) == x.values)
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
      height: x.shape[1], width: x.shape[2], channels: x.channels, halo: Extent(height: 0, width: halo),
      room: max(8, x.channels))
    var index = 0
    map.forEachPixel { pixel in
      for channel in 0..<x.channels { pixel[channel] = x.values[index + channel] }
      index += x.channels
    }
    return map
  }
}
