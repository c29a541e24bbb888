import Foundation
import Testing
import VoiceAudio

func sine(_ x: Double) -> Double { sin(x) }

@Suite("Audio operations")
struct OperationTests {
  @Test("A level is reached, and digital silence is 0 dB")
  func level() throws {
    #expect(try abs(Level.rmsDB(Level.normalise(tone(), targetDB: -20)) + 20) < 1e-3)
    #expect(Level.rmsDB([0, 0]) == 0)
    #expect(abs(Level.rmsDB(.init(repeating: 0.5, count: 100)) + 6.0206) < 1e-3)
    #expect(throws: AudioError.self) { try Level.normalise([1e-20], targetDB: 20) }
  }

  @Test("A sine resampled is the sine at the other rate", arguments: [8000, 11_025, 22_050, 44_100, 48_000])
  func resampledSine(_ rate: Int) throws {
    let source = (0..<rate).map { Float(sin(2 * .pi * 440 * Double($0) / Double(rate))) }
    let result = try Resampler(from: rate, to: 16_000).resample(source)
    #expect(result.count == 16_000)
    // Away from the ends, where the filter sees silence.
    for index in 1000..<15_000 {
      #expect(abs(Double(result[index]) - sin(2 * .pi * 440 * Double(index) / 16_000)) < 2e-4)
    }
  }

  @Test("What lies above the new Nyquist frequency is gone")
  func antiAliasing() throws {
    let source = (0..<48_000).map { Float(sin(2 * .pi * 9500 * Double($0) / 48_000)) }
    let result = try Resampler(from: 48_000, to: 16_000).resample(source)
    #expect(Level.rmsDB(Array(result[1000..<15_000])) < -80)
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

@Suite("Filterbank")
struct FbankTests {
  @Test("The loudest filter is where the tone is, and the mean of every bin is removed")
  func tonePeak() throws {
    let extractor = try FeatureExtractor()
    let bytes = WAVWriter.float32(tone(1000), sampleRate: 16_000)
    let extracted = try bytes.withUnsafeBytes { try extractor.extract($0) }
    #expect(extracted.features.bins == 80 && extracted.features.frames == 98)
    for bin in 0..<80 {
      let sum = (0..<98).reduce(0) { $0 + extracted.features.values[$1 * 80 + bin] }
      #expect(abs(sum / 98) < 1e-4)
    }
    var options = FbankOptions()
    options.numMelBins = 80
    let raw = try Fbank(options).compute(tone(1000))
    let row = Array(raw.values[..<80])
    let loudest = try #require(row.indices.max { row[$0] < row[$1] })
    #expect((26...30).contains(loudest))  // mel(1000 Hz) is a third of the way from mel(20) to mel(8000)
  }

  @Test("Any number of frames gives the same rows: 16 at once or one alone")
  func lanes() throws {
    let fbank = try Fbank(FbankOptions())
    let samples = tone(300, seconds: 2)
    let whole = try fbank.compute(samples)
    for frame in [0, 7, 15, 16, 17, 100] {
      let alone = try fbank.compute(Array(samples[(frame * 160)..<(frame * 160 + 400)]))
      #expect(alone.frames == 1)
      #expect(alone.values == Array(whole.values[(frame * 23)..<(frame * 23 + 23)]))
    }
  }

  @Test("An unknown or wrong argument is named")
  func arguments() {
    for (arguments, word) in [
      (["num_mel_bin": "80"], "num_mel_bin"), (["num_mel_bins": "many"], "num_mel_bins"),
      (["window_type": "triangle"], "window_type"), (["dither": "-1"], "dither"), (["low_freq": "9000"], "low_freq"),
    ] {
      do {
        _ = try FbankOptions(arguments: arguments)
        Issue.record("took \(arguments)")
      } catch { #expect(error.code == .badArgument && error.message.contains(word)) }
    }
    #expect(throws: AudioError.self) { try FeatureExtractor(.init(featureMethod: "Wavelets")) }
  }

  @Test("Less than a frame is too short")
  func tooShort() {
    #expect(throws: AudioError.self) { try Fbank(FbankOptions()).compute(.init(repeating: 0.1, count: 399)) }
  }

  @Test("A clipped, a quiet and a short recording are answered with a warning")
  func warnings() throws {
    let extractor = try FeatureExtractor()
    func warnings(_ samples: [Float]) throws -> Set<AudioMeasurement.Warning> {
      let bytes = WAVWriter.float32(samples, sampleRate: 16_000)
      return Set(try bytes.withUnsafeBytes { try extractor.extract($0) }.report.warnings)
    }
    #expect(try warnings(tone(seconds: 3)) == [])
    #expect(try warnings(tone(seconds: 1)) == [.short])
    #expect(try warnings(tone(seconds: 3).map { max(-1, min(1, $0 * 20)) }) == [.clipped])
    #expect(try warnings(tone(seconds: 3, level: 0.001)) == [.quiet])
  }
}
