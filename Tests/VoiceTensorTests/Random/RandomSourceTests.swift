import Testing

@testable import VoiceTensor

@Suite("Random numbers")
struct RandomSourceTests {
  @Test("The sequence is SplitMix64's")
  func reference() {
    var random = RandomSource(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test("Uniform numbers fill 0..<1 evenly")
  func uniform() {
    var random = RandomSource(seed: 1)
    let numbers = (0..<10_000).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    #expect(abs(numbers.reduce(0, +) / 10_000 - 0.5) < 0.02)
  }
}

@Suite("What is drawn at random")
struct RandomDrawTests {
  @Test("A shuffle is a permutation, and every place is as likely")
  func shuffle() {
    var random = RandomSource(seed: 5)
    var places = [Int](repeating: 0, count: 5)
    for _ in 0..<5000 {
      let order = random.shuffled(0..<5)
      #expect(order.sorted() == [0, 1, 2, 3, 4])
      places[order.firstIndex(of: 0) ?? 0] += 1
    }
    #expect(places.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test("Numbers keep to their range, and probabilities to their share")
  func ranges() {
    var random = RandomSource(seed: 6)
    #expect((0..<1000).allSatisfy { _ in (0..<7).contains(random.below(7)) })
    #expect((0..<1000).allSatisfy { _ in (-2.0...3.0).contains(random.uniform(in: -2...3)) })
    #expect(abs((0..<10_000).count { _ in random.happens(0.3) } - 3000) < 200)
    #expect((0..<100).count { _ in random.happens(0) } == 0 && (0..<100).count { _ in random.happens(1) } == 100)
  }

  @Test("Seeds of neighbouring places have nothing in common")
  func seeds() {
    let seeds = (0..<100).map { RandomSource.seed(1, UInt64($0 / 10), UInt64($0 % 10)) }
    #expect(Set(seeds).count == 100)
    #expect(RandomSource.seed(1, 2, 3) != RandomSource.seed(1, 3, 2))
    #expect(RandomSource.seed(1, 2) == RandomSource.seed(1, 2))
  }
}
