import Testing
import VoiceNN
import VoiceTensor

@testable import VoiceTraining

@Suite("Exchange of gradients")
struct GradientExchangeTests {
  @Test("Gradients of any size are summed over the ranks and given back to their parameters", arguments: [1, 7, 100])
  func sums(bucketSize: Int) async throws {
    let root = LayerRegistry().root
    let parameters = [5, 1, 12, 3, 2].enumerated().map { root.parameter("p\($0)", [$1]) }
    let group = ThreadRank.group(3)
    let results = try await withThrowingTaskGroup(of: [[Float]].self) { tasks in
      for rank in group {
        tasks.addTask {
          try await onThread {
            let exchange = GradientExchange(rank, bucketSize: bucketSize)
            for (index, parameter) in parameters.enumerated() {
              let values = (0..<parameter.count).map { Float(100 * rank.rank + 10 * index + $0) }
              exchange.add(Tensor(shape: parameter.shape, values: values), of: parameter)
            }
            let sums = try exchange.sums()
            return parameters.map { sums[$0]?.values ?? [] }
          }
        }
      }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    let expected = parameters.enumerated().map { index, parameter in
      (0..<parameter.count).map { Float(300 + 3 * (10 * index + $0)) }
    }
    #expect(results == [expected, expected, expected])
  }

  @Test("A rank that is gone fails the exchange of the others, in a norm too")
  func lost() async throws {
    let ranks = ThreadRank.group(2, lifetime: 0)
    let parameter = LayerRegistry().root.parameter("p", [1])
    let gradient = Tensor(shape: [1], values: [1])
    for usesNorms in [false, true] {
      let error = await #expect(throws: TrainingError.self) {
        async let other = onThread { _ = try ranks[1].beginSum([Float(0)]).wait() }
        async let own = onThread {
          let exchange = GradientExchange(ranks[0])
          var sums = [1.0]
          if usesNorms { exchange.add(&sums) }
          exchange.add(gradient, of: parameter)
          _ = try exchange.sums()
        }
        _ = try await (own, other)
      }
      #expect(error?.code == .lostRank)
    }
  }
}
