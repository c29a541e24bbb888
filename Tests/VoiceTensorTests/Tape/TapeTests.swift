import Testing

@testable import VoiceTensor

@Suite("The tape")
struct TapeTests {
  @Test("A value that is used twice collects both gradients")
  func reuse() throws {
    let tape = Tape()
    let x = tape.parameter(Tensor(shape: [2], values: [3, -1]))
    let y = tape.add(tape.multiply(x, x), tape.relu(x))
    // d(x² + max(x, 0))/dx = 2x + [x > 0]
    #expect(tape.gradients(of: tape.sum(y))[x]?.values == [7, -2])
  }

  @Test("Constants get no gradient, and cost no backward pass")
  func constants() {
    let tape = Tape()
    let x = tape.constant(Tensor(shape: [2], values: [1, 2]))
    let w = tape.parameter(Tensor(shape: [2], values: [5, 6]))
    let unrelated = tape.parameter(Tensor(shape: [1], values: [0]))
    let y = tape.sum(tape.multiply(tape.relu(x), w))
    let gradients = tape.gradients(of: y)
    #expect(gradients[x] == nil)
    #expect(gradients[unrelated] == nil)
    #expect(gradients[w]?.values == [1, 2])
    #expect(!tape.relu(x).requiresGradient)
  }

  @Test("A gradient is handed over once, when the last use of its value was walked through, times the weight")
  func whenFinal() {
    let tape = Tape()
    var handed: [(name: String, values: [Float])] = []
    let first = tape.parameter(Tensor(shape: [1], values: [3])) { handed.append(("first", $0.values)) }
    let x = tape.multiply(first, first)
    let second = tape.parameter(Tensor(shape: [1], values: [5])) { handed.append(("second", $0.values)) }
    let late = tape.multiply(tape.multiply(x, second), first)  // 5 · first³
    let gradients = tape.gradients(of: tape.sum(late), weight: 0.5)
    #expect(handed.map(\.name) == ["second", "first"])
    #expect(handed.map(\.values) == [[13.5], [67.5]])
    #expect(gradients[first] == nil && gradients[second] == nil)
  }

  @Test("What is asked to follow the backward pass runs once, after it")
  func actions() {
    let tape = Tape()
    var runs = 0
    let x = tape.parameter(Tensor(shape: [1], values: [2]))
    tape.afterBackward { runs += 1 }
    #expect(runs == 0)
    _ = tape.gradients(of: tape.sum(x))
    _ = tape.gradients(of: tape.sum(x))
    #expect(runs == 1)
  }

  @Test("Statistics of a batch keep the unbiased variance apart")
  func statistics() {
    let statistics = ChannelStatistics(of: Tensor(shape: [4, 1], values: [1, 2, 3, 6]), TensorTeam(threads: 1))
    #expect(statistics.mean == [3])
    #expect(statistics.variance == [3.5])
    #expect(statistics.unbiasedVariance == [14.0 / 3])
  }

  @Test("The slope of a deviation of zero is zero, as in PyTorch")
  func flatDeviation() {
    let tape = Tape()
    let x = tape.parameter(Tensor(shape: [1, 1, 3, 1], values: [2, 2, 2]))
    let gradient = tape.gradients(of: tape.sum(tape.statisticsPooling(x)))[x]
    #expect(gradient?.values.allSatisfy { abs($0 - 1.0 / 3) < 1e-6 } == true)
  }
}
