import Testing
import VoiceAudio

@Suite("Cutting and joining")
struct CuttingTests {
  private let ramp = (0..<1000).map { Float($0) }

  @Test("A part begins and ends at the nearest sample, halves to even")
  func subsegment() throws {
    let part = try Cutting.subsegment(ramp, from: 0.0025, to: 0.0055, sampleRate: 1000)
    #expect(part == [2, 3, 4, 5])
    #expect(try Cutting.subsegment(ramp, from: 0, to: 1, sampleRate: 1000) == ramp)
    for (start, end) in [(0.0, 1.001), (-0.1, 0.5), (0.6, 0.5), (.nan, 0.5)] {
      #expect(throws: AudioError.self) { try Cutting.subsegment(ramp, from: start, to: end, sampleRate: 1000) }
    }
  }

  @Test("Random parts lie in the clip, reach both of its ends, and repeat with their seed")
  func randomParts() throws {
    var (random, same) = (SeededGenerator(1), SeededGenerator(1))
    var firsts: Set<Float> = []
    for _ in 0..<2000 {
      let part = try Cutting.randomSubsegment(ramp, seconds: 0.9, sampleRate: 1000, using: &random)
      #expect(part.count == 900 || part.count == 901 || part.count == 899)
      #expect(try part == Cutting.crop(ramp, seconds: 0.9, sampleRate: 1000, using: &same))
      firsts.insert(try #require(part.first))
    }
    #expect(firsts.min() == 0 && (firsts.max() ?? 0) >= 99)
    #expect(throws: AudioError.self) {
      try Cutting.randomSubsegment(ramp, seconds: 1.5, sampleRate: 1000, using: &random)
    }
  }

  @Test("Cropping leaves shorter clips alone")
  func crop() throws {
    var random = SeededGenerator(1)
    #expect(Cutting.crop(ramp, seconds: 2, sampleRate: 1000) == ramp)
    #expect(Cutting.crop(ramp, seconds: 0.3, sampleRate: 1000) == Array(ramp[..<300]))
    #expect(try Cutting.crop(ramp, seconds: 1, sampleRate: 1000, using: &random) == ramp)
  }

  @Test("Clips are joined at the rate of the first")
  func join() throws {
    let first = DecodedAudio(samples: tone(rate: 16_000), sampleRate: 16_000)
    let second = DecodedAudio(samples: tone(rate: 8000), sampleRate: 8000, channels: 2)
    let joined = try Cutting.join([first, second])
    #expect(joined.samples.count == 32_000 && joined.sampleRate == 16_000 && joined.channels == 2)
    #expect(Array(joined.samples[..<16_000]) == first.samples)
    #expect(throws: AudioError.self) { try Cutting.join([]) }
  }
}
