import Foundation
import Testing
@testable import VoiceAudio

@Suite("Audio operations")
struct OperationTests {
  @Test("A level is reached, and digital silence is 0 dB")
  func level() throws {
    #expect(try abs(Level.rmsDB(Level.normalise(tone(), targetDB: -20)) + 20) < 1e-3)
    #expect(Level.rmsDB([0, 0]) == 0)
    #expect(abs(Level.rmsDB(.init(repeating: 0.5, count: 100)) + 6.0206) < 1e-3)
    #expect(throws: AudioError.self) { try Level.normalise([1e-20], targetDB: 20) }
  }

  @Test(
    "A sine resampled is the sine at the other rate",
    arguments: [8000, 11_025, 22_050, 44_100, 48_000, 44_101, 15_999])
  func resampledSine(_ rate: Int) throws {
    let source = (0..<rate).map { Float(sin(2 * .pi * 440 * Double($0) / Double(rate))) }
    let result = try Resampler(from: rate, to: 16_000).resample(source)
    #expect(result.count == 16_000)
    // Away from the ends, where the filter sees silence.
    for index in 1000..<15_000 {
      #expect(abs(Double(result[index]) - sin(2 * .pi * 440 * Double(index) / 16_000)) < 2e-4)
    }
  }

  @Test(
    "Every length gives the length it should, and the same wherever blocks begin",
    arguments: [8000, 15_999, 44_100, 44_101])
  func resampledLengths(_ rate: Int) throws {
    let resampler = try Resampler(from: rate, to: 16_000)
    let long = resampler.resample(tone(seconds: 2, rate: rate))
    for count in [0, 1, 2, 5, 300, 5000, rate + 1] {
      let result = resampler.resample(Array(tone(seconds: 2, rate: rate)[..<count]))
      #expect(result.count == count * 16_000 / rate)
      // Away from the end the rest of the clip is not heard.
      for index in 0..<max(0, result.count - 150) { #expect(abs(result[index] - long[index]) < 1e-6) }
    }
  }

  @Test("What lies above the new Nyquist frequency is gone")
  func antiAliasing() throws {
    let source = (0..<48_000).map { Float(sin(2 * .pi * 9500 * Double($0) / 48_000)) }
    let result = try Resampler(from: 48_000, to: 16_000).resample(source)
    #expect(Level.rmsDB(Array(result[1000..<15_000])) < -80)
  }

  @Test("The finer filter's stop band is that of soxr's HQ, resampy's own is what its steps leave")
  func stopBands() throws {
    let fine = try FeatureBenchmark.response(from: 44_100, to: 16_000, filter: .fine)
    #expect(fine.stopBandDB < -133 && fine.passBandHertz > 6900)
    let usual = try FeatureBenchmark.response(from: 44_100, to: 16_000, filter: .resampy)
    #expect((-100 ... -97).contains(usual.stopBandDB))
  }

  @Test("Speech is found between silences, and joined without a click")
  func voiceActivity() {
    let silence = [Float](repeating: 0, count: 16_000)
    let samples = silence + tone() + silence + tone(330) + silence
    let intervals = VoiceActivity.intervals(samples)
    #expect(intervals.count == 2)
    #expect(abs(intervals[0].lowerBound - 16_000) <= 2048 && abs(intervals[1].upperBound - 64_000) <= 2048)
    let trimmed = VoiceActivity.trim(samples)
    #expect(trimmed.count > 30_000 && trimmed.count < 40_000)
    let largestStep = zip(trimmed, trimmed.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    #expect(largestStep < 0.1)
  }

  @Test("Speed changes length")
  func speed() throws {
    #expect(try SpeedChange.apply(rate: 0.9, to: tone()).count == 17_777)
    #expect(try SpeedChange.apply(rate: 1.1, to: tone()).count == 14_545)
    #expect(throws: AudioError.self) { try SpeedChange.apply(rate: 0, to: tone()) }
  }

  @Test("Noise comes at its signal-to-noise ratio")
  func noise() {
    let (signal, noise) = (tone(), tone(1234, level: 0.01))
    let mixed = NoiseMixing.add(noise, to: signal, snrDB: 15)
    let added = zip(mixed, signal).map { $0 - $1 }
    #expect(abs(Level.rmsDB(signal) - Level.rmsDB(added) - 15) < 0.01)
  }
}
