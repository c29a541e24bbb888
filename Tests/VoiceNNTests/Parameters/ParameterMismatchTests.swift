import Testing

@testable import VoiceNN
import VoiceTensor

@Suite("Parameters of a checkpoint")
struct ParameterMismatchTests {
  private let registry = LayerRegistry()
  private var stored: [String: StoredTensor]

  init() {
    _ = ConvolutionLayer(
      registry.root("a.conv"), .init(inputChannels: 2, outputChannels: 3, kernelWidth: 5), weights: .sequence,
      norm: registry.root("a.bn"))
    _ = ConvolutionLayer(
      registry.root("b"), .init(inputChannels: 2, outputChannels: 3), weights: .plane, bias: true)
    var random = RandomSource(seed: 1)
    stored = randomParameters(registry.parameters, &random)
  }

  @Test("Keys are the paths of the layers, shapes PyTorch's")
  func keys() {
    #expect(
      stored.mapValues(\.shape) == [
        "a.conv.weight": [3, 2, 5], "a.bn.weight": [3], "a.bn.bias": [3], "a.bn.running_mean": [3],
        "a.bn.running_var": [3], "a.bn.num_batches_tracked": [], "b.weight": [3, 2, 1, 1], "b.bias": [3],
      ])
  }

  @Test("Whatever is missing, unexpected and misshapen comes in one error")
  mutating func mismatch() throws {
    stored["a.bn.bias"] = nil
    stored["a.bn.running_var"] = nil
    stored["c.weight"] = StoredTensor(shape: [1], values: [1])
    stored["b.weight"] = StoredTensor(shape: [3, 2, 1], values: [Float](repeating: 0, count: 6))
    let error = try #require(throws: ParameterMismatch.self) {
      try ParameterMismatch.check(stored, against: registry.parameters)
    }
    #expect(error.missing == ["a.bn.bias", "a.bn.running_var"])
    #expect(error.unexpected == ["c.weight"])
    #expect(error.misshapen == [.init(path: "b.weight", expected: [3, 2, 1, 1], actual: [3, 2, 1])])
    for part in ["a.bn.bias", "a.bn.running_var", "c.weight", "b.weight is [3, 2, 1], not [3, 2, 1, 1]"] {
      #expect(error.description.contains(part))
    }
  }

  @Test("A count of batches may be missing, and is stored when it is there")
  mutating func counters() throws {
    stored["a.bn.num_batches_tracked"] = StoredTensor(shape: [], values: [7])
    #expect(try ParameterStore(stored, for: registry.parameters).stored == stored)
    stored["a.bn.num_batches_tracked"] = nil
    let store = try ParameterStore(stored, for: registry.parameters)
    #expect(store.stored["a.bn.num_batches_tracked"]?.values == [0])
  }
}
