import Testing
import VoiceAudio

@Suite("From audio to features")
struct PipelineTests {
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

  @Test("Samples give what their file gives, and every call and thread the same")
  func oneAnswer() async throws {
    let extractor = try FeatureExtractor()
    let samples = tone(seconds: 2, rate: 44_100)
    let bytes = WAVWriter.float32(samples, sampleRate: 44_100)
    let expected = try extractor.extract(samples: samples, sampleRate: 44_100).features
    #expect(try bytes.withUnsafeBytes { try extractor.extract($0) }.features == expected)
    try await withThrowingTaskGroup(of: Features.self) { group in
      for _ in 0..<8 { group.addTask { try extractor.extract(samples: samples, sampleRate: 44_100).features } }
      for try await features in group { #expect(features == expected) }
    }
  }

  @Test("Samples are held to the same rules as files")
  func sampleRules() throws {
    let extractor = try FeatureExtractor()
    for (samples, rate, code) in [
      ([], 16_000, AudioError.Code.empty), (tone(), 0, .badSampleRate), (tone(), 200_000, .badSampleRate),
      (tone(seconds: 0.3), 16_000, .tooShort), (tone() + [.infinity], 16_000, .notFinite),
      (.init(repeating: 0.25, count: 16_000), 16_000, .silent), (tone().map { $0 * 1e-20 }, 16_000, .silent),
    ] {
      do {
        _ = try extractor.extract(samples: samples, sampleRate: rate)
        Issue.record("took what should be \(code)")
      } catch { #expect(error.code == code, "\(error)") }
    }
  }

  @Test("Samples too large to compute with give an error, not NaN")
  func overflow() throws {
    let extractor = try FeatureExtractor(.init(useDBNormalization: false))
    do {
      _ = try extractor.extract(samples: tone().map { $0 * 1e30 }, sampleRate: 16_000)
      Issue.record("took samples of 1e30")
    } catch { #expect(error.code == .notFinite, "\(error)") }
  }

  @Test(
    "A front-end that would make gigabytes of short audio is refused",
    arguments: [
      ("Spectrogram", ["n_fft": "16384", "hop_length": "1"]),
      ("MFCC", ["n_mfcc": "1", "melkwargs.n_mels": "1024", "melkwargs.hop_length": "1"]),
    ])
  func tooManyValues(_ method: String, _ arguments: [String: String]) throws {
    let extractor = try FeatureExtractor(.init(featureMethod: method, methodArguments: arguments))
    do {
      _ = try extractor.extract(samples: tone(seconds: 3), sampleRate: 16_000)
      Issue.record("made features of gigabytes")
    } catch { #expect(error.code == .tooLong, "\(error)") }
  }

  @Test("Speech detection cuts silence only where it is asked for")
  func speechDetection() throws {
    let samples = [Float](repeating: 0, count: 32_000) + tone(seconds: 2) + [Float](repeating: 0, count: 32_000)
    let whole = try FeatureExtractor().extract(samples: samples, sampleRate: 16_000)
    let cut = try FeatureExtractor(.init(doVAD: true)).extract(samples: samples, sampleRate: 16_000)
    #expect(whole.features.frames == 598)
    #expect((180...240).contains(cut.features.frames))
    #expect(abs(whole.report.speechSeconds - 2) < 0.2 && whole.report == cut.report)
    #expect(whole.report.durationSeconds == 6)
  }

  @Test("The first seconds are at the level of the whole")
  func head() throws {
    let extractor = try FeatureExtractor()
    let samples = tone(seconds: 2) + tone(seconds: 2, level: 0.01)
    let head = try extractor.extract(DecodedAudio(samples: samples, sampleRate: 16_000), headSeconds: 1)
    #expect(head.features.frames == 98 && head.report.durationSeconds == 4)
  }

  @Test("The mask keeps the first frames, halves to even")
  func mask() {
    let features = Features(values: .init(repeating: 1, count: 10), frames: 5, bins: 2)
    #expect(features.masked(lengthRatio: 0.5).values == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])  // round(2.5) is 2
    #expect(features.masked(lengthRatio: 1) == features)
    #expect(features.masked(lengthRatio: 7) == features)
    #expect(features.masked(lengthRatio: -1).values.allSatisfy { $0 == 0 })
  }
}
