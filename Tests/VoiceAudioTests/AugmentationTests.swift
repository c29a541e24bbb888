import Testing
import VoiceAudio

@Suite("Noise and rooms")
struct AugmentationTests {
  @Test("Short noise begins again, and the ratio holds")
  func shortNoise() {
    var random = SeededGenerator(5)
    let (signal, noise) = (tone(), random.noise(1000))
    let added = zip(NoiseMixing.add(noise, to: signal, snrDB: 10), signal).map { $0 - $1 }
    #expect(worst(Array(added[..<1000]), Array(added[5000..<6000])) < 1e-6)
    #expect(abs(Level.rmsDB(signal) - Level.rmsDB(added) - 10) < 0.01)
    #expect(NoiseMixing.add([], to: signal, snrDB: 10) == signal)
  }

  @Test("The level is that of all the noise, or of the part that is added")
  func reference() {
    // The first half is 20 dB below the second one.
    let noise = tone(500, level: 0.03) + tone(500, level: 0.3)
    let signal = tone()
    func ratio(_ reference: NoiseMixing.Reference) -> Double {
      let mixed = NoiseMixing.add(noise, to: signal, snrDB: 10, levelOf: reference)
      return Level.rmsDB(signal) - Level.rmsDB(zip(mixed, signal).map { $0 - $1 })
    }
    #expect(abs(ratio(.part) - 10) < 0.01)
    #expect(abs(ratio(.whole) - 27) < 0.1)
  }

  @Test("A random place of the noise repeats with its seed")
  func randomPlace() {
    var random = SeededGenerator(6)
    let (signal, noise) = (tone(seconds: 0.5), random.noise(20_000))
    var (one, two, three) = (SeededGenerator(1), SeededGenerator(1), SeededGenerator(2))
    let mixed = NoiseMixing.add(noise, to: signal, snrDB: 0, using: &one)
    #expect(mixed == NoiseMixing.add(noise, to: signal, snrDB: 0, using: &two))
    #expect(mixed != NoiseMixing.add(noise, to: signal, snrDB: 0, using: &three))
  }

  @Test("A room is a convolution, of largest value 1 and the samples' length")
  func room() throws {
    let signal = tone(seconds: 0.2)
    let echo = try Reverberation.apply(impulseResponse: [0, 0, 3], to: signal)
    let peak = try #require(signal.map { abs($0) }.max())
    #expect(echo.count == signal.count)
    #expect(worst(Array(echo.dropFirst(2)), signal.dropLast(2).map { $0 / peak }) < 1e-4)
    let two = try Reverberation.apply(impulseResponse: [1, 0.5], to: signal)
    let plain = signal.indices.map { signal[$0] + ($0 > 0 ? 0.5 * signal[$0 - 1] : 0) }
    let scale = try two[100] / plain[100] * #require(plain.map { abs($0) }.max())
    #expect(abs(scale - 1) < 1e-3)
    #expect(worst(two, plain.map { $0 * two[100] / plain[100] }) < 1e-5)
    #expect(throws: AudioError.self) { try Reverberation.apply(impulseResponse: [0, 0], to: signal) }
    #expect(throws: AudioError.self) { try Reverberation.apply(impulseResponse: [], to: signal) }
  }
}
