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
