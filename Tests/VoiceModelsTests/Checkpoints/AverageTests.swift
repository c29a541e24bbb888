import Testing
import VoiceNN
import VoiceTensor

@testable import VoiceModels

@Suite("The mean of networks")
struct AverageTests {
  private let parent = [
    "a.weight": StoredTensor(shape: [2], values: [1, 2]),
    "a.num_batches_tracked": StoredTensor(shape: [], values: [10]),
  ]
  private let child = [
    "a.weight": StoredTensor(shape: [2], values: [3, -2]),
    "a.num_batches_tracked": StoredTensor(shape: [1], values: [12]),
  ]

  @Test("Values are weighted by the shares, counts are the last one's", arguments: [
    (0, [1, 2]), (0.25, [1.5, 1]), (1, [3, -2]),
  ] as [(Float, [Float])])
  func mixes(share: Float, expected: [Float]) throws {
    let mean = try Checkpoint.average([(parent, 1 - share), (child, share)])
    #expect(mean["a.weight"] == StoredTensor(shape: [2], values: expected))
    #expect(mean["a.num_batches_tracked"]?.values == [12] && mean.count == 2)
  }

  @Test("Networks of two kinds are refused with all that differs")
  func mismatch() {
    var other = child
    other["b.weight"] = StoredTensor(shape: [1], values: [0])
    other["a.weight"] = StoredTensor(shape: [3], values: [0, 0, 0])
    let networks = [(parameters: parent, share: Float(0.5)), (parameters: other, share: 0.5)]
    let error = #expect(throws: ParameterMismatch.self) { try Checkpoint.average(networks) }
    #expect(error?.unexpected == ["b.weight"] && error?.misshapen.map(\.path) == ["a.weight"])
  }
}
