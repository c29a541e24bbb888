import Testing
import VoiceTensor

@testable import VoiceNN

@Suite("Training runs")
struct TrainingExecutionTests {
  private func dropout(_ x: Tensor, firstRow: Int, seed: UInt64 = 7) -> [Float] {
    let run = TrainingExecution(ParameterStore(drawing: [], seed: 0), mode: .training, seed: seed)
    run.firstRow = firstRow
    let once = run.dropout(run.tape.constant(x), rate: 0.5)
    return run.dropout(once, rate: 0.3).value.values
  }

  @Test("Dropout leaves out the same of a row whatever batch it is in, and something else of every row and step")
  func dropout() {
    let ones = Tensor(shape: [4, 1, 1, 50], values: Array(repeating: 1, count: 200))
    let half = Tensor(shape: [2, 1, 1, 50], values: Array(repeating: 1, count: 100))
    let whole = dropout(ones, firstRow: 10)
    let halves = dropout(half, firstRow: 10) + dropout(half, firstRow: 12)
    #expect(whole == halves)
    let rows = stride(from: 0, to: 200, by: 50).map { Array(whole[$0..<$0 + 50]) }
    #expect(Set(rows).count == 4)
    #expect(whole != dropout(ones, firstRow: 10, seed: 8))
    let kept = Float(whole.count { $0 != 0 }) / 200
    #expect(abs(kept - 0.35) < 0.12)
  }

  @Test("Gradients are handed over from the last layer to the first, and are those that the end would give")
  func handsOver() throws {
    let registry = LayerRegistry()
    let layers = (0..<3).map {
      ConvolutionLayer(
        registry.root("l\($0)"), ConvolutionShape(inputChannels: 4, outputChannels: 4), weights: .sequence)
    }
    let store = ParameterStore(drawing: registry.parameters, seed: 3)
    let x = Tensor(shape: [2, 1, 3, 4], values: (0..<24).map { Float($0) * 0.1 })
    func gradients(_ hand: ((Parameter, Tensor) -> Void)?) -> [Parameter: Tensor] {
      let run = TrainingExecution(store, mode: .training)
      run.onGradient = hand
      let y = layers.reduce(run.tape.constant(x)) { $1($0, run) }
      return run.gradients(of: run.tape.sum(y), weight: 0.5).parameters
    }
    var order: [String] = []
    var handed: [Parameter: Tensor] = [:]
    let kept = gradients { parameter, gradient in
      order.append(String(parameter.path.prefix(2)))
      handed[parameter] = gradient
    }
    #expect(kept.isEmpty)
    #expect(handed == gradients(nil))
    #expect(handed.count == registry.parameters.count)
    let expected: [String] = order.sorted().reversed()
    #expect(order == expected)
  }
}
