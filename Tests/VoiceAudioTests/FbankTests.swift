import Testing
@testable import VoiceAudio

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
}
