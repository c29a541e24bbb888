import Testing
import VoiceNN
import VoiceTensor

@testable import VoiceModels

@Suite("Between parent and child")
struct InterpolationTests {
  private let parent = [
    "a.weight": StoredTensor(shape: [2], values: [1, 2]),
    "a.num_batches_tracked": StoredTensor(shape: [], values: [10]),
  ]
  private let child = [
    "a.weight": StoredTensor(shape: [2], values: [3, -2]),
    "a.num_batches_tracked": StoredTensor(shape: [], values: [12]),
  ]

  @Test("Values are mixed by the child's share, counts are the child's", arguments: [
    (0, [1, 2]), (0.25, [1.5, 1]), (1, [3, -2]),
  ] as [(Float, [Float])])
  func mixes(share: Float, expected: [Float]) throws {
    let mixed = try Checkpoint.interpolated(parent: parent, child: child, childShare: share)
    #expect(mixed["a.weight"] == StoredTensor(shape: [2], values: expected))
    #expect(mixed["a.num_batches_tracked"]?.values == [12] && mixed.count == 2)
  }

  @Test("Networks of two kinds are refused with all that differs")
  func mismatch() {
    var other = child
    other["b.weight"] = StoredTensor(shape: [1], values: [0])
    other["a.weight"] = StoredTensor(shape: [3], values: [0, 0, 0])
    let error = #expect(throws: ParameterMismatch.self) {
      try Checkpoint.interpolated(parent: parent, child: other, childShare: 0.5)
    }
    #expect(error?.unexpected == ["b.weight"] && error?.misshapen.map(\.path) == ["a.weight"])
  }
}
