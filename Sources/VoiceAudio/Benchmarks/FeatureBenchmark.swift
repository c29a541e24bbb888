internal import Glibc

/// Measures what a feature replica does with a recording, step by step, on one thread.
///
/// For a thread of one's own: it computes for seconds.
package struct FeatureBenchmark: Sendable {
  /// Medians of the rounds, in milliseconds.
  package struct Result: Sendable {
    /// The front-end alone, of samples at its rate.
    package var frontEnd: Double
    /// Resampling alone, from the recording's rate, with resampy's filter.
    package var resampling: Double
    /// The same with the finer filter.
    package var fineResampling: Double
    /// From the bytes of a 16-bit WAV at the front-end's rate to features with their report.
    package var pipeline: Double
    /// The same from the recording's rate.
    package var resampledPipeline: Double
  }
  /// What a resampler does to tones.
  package struct Response: Sendable, Hashable {
    /// The loudest trace that a tone from the new Nyquist frequency on leaves, dB relative to the tone.
    package var stopBandDB: Double
    /// The lowest frequency, Hz, that loses 0.1 dB.
    package var passBandHertz: Double
  }

  /// A recording as 16-bit WAV at the front-end's rate.
  package let recording: [UInt8]
  private let configuration: FrontEndConfiguration
  private let samples: [Float]
  private let sourceRate: Int
  private let source: [Float]
  private let sourceRecording: [UInt8]

  /// Recordings of `seconds` of noise, at the front-end's rate and at `sourceRate` Hz.
  package init(_ configuration: FrontEndConfiguration = .init(), seconds: Double, sourceRate: Int) {
    self.configuration = configuration
    self.sourceRate = sourceRate
    samples = Self.noise(Int(seconds * Double(configuration.sampleRate)))
    recording = WAVWriter.int16(samples, sampleRate: configuration.sampleRate)
    source = Self.noise(Int(seconds * Double(sourceRate)))
    sourceRecording = WAVWriter.int16(source, sampleRate: sourceRate)
  }

  /// Runs `rounds` rounds after one that warms up. Throws `AudioError`.
  package func run(rounds: Int) throws(AudioError) -> Result {
    let frontEnd = try configuration.makeFrontEnd()
    let resampler = try Resampler(from: sourceRate, to: configuration.sampleRate)
    let fine = try Resampler(from: sourceRate, to: configuration.sampleRate, filter: .fine)
    let extractor = try FeatureExtractor(configuration)
    return Result(
      frontEnd: try median(rounds) { () throws(AudioError) in _ = try frontEnd.compute(samples) },
      resampling: try median(rounds) { () throws(AudioError) in _ = resampler.resample(source) },
      fineResampling: try median(rounds) { () throws(AudioError) in _ = fine.resample(source) },
      pipeline: try median(rounds) { () throws(AudioError) in _ = try extract(recording, extractor) },
      resampledPipeline: try median(rounds) { () throws(AudioError) in _ = try extract(sourceRecording, extractor) })
  }

  /// Recordings a second that one thread makes features of, over `duration`. Throws `AudioError`.
  package func throughput(over duration: Duration) throws(AudioError) -> Double {
    let extractor = try FeatureExtractor(configuration)
    let begin = ContinuousClock.now
    var count = 0
    repeat {
      _ = try extract(recording, extractor)
      count += 1
    } while ContinuousClock.now - begin < duration
    return Double(count) / ((ContinuousClock.now - begin) / .seconds(1))
  }

  /// Sends tones through the resampler, every 50 Hz. Throws `badSampleRate`.
  package static func response(
    from sourceRate: Int, to targetRate: Int, filter: KaiserSinc
  ) throws(AudioError) -> Response {
    let resampler = try Resampler(from: sourceRate, to: targetRate, filter: filter)
    func gain(_ hertz: Double) -> Double {
      let tone = (0..<sourceRate).map { Float(0.5 * sin(2 * .pi * hertz * Double($0) / Double(sourceRate))) }
      // Away from the ends, where the filter sees silence.
      let heard = resampler.resample(tone)[targetRate / 10..<targetRate * 9 / 10]
      return Level.rmsDB(Array(heard)) - Level.rmsDB(tone)
    }
    let nyquist = Double(min(sourceRate, targetRate)) / 2
    let stop = stride(from: nyquist, through: Double(sourceRate) / 2 - 50, by: 50).map(gain).max()
    let pass = stride(from: nyquist / 2, to: nyquist, by: 50).first { gain($0) < -0.1 }
    return Response(stopBandDB: stop ?? 0, passBandHertz: pass ?? nyquist)
  }

  private func extract(_ bytes: [UInt8], _ extractor: FeatureExtractor) throws(AudioError) -> ExtractedFeatures {
    try bytes.withUnsafeBufferPointer { bytes throws(AudioError) in
      try extractor.extract(UnsafeRawBufferPointer(bytes))
    }
  }

  private func median(_ rounds: Int, _ work: () throws(AudioError) -> Void) throws(AudioError) -> Double {
    try work()
    var milliseconds: [Double] = []
    for _ in 0..<max(1, rounds) {
      let begin = ContinuousClock.now
      try work()
      milliseconds.append((ContinuousClock.now - begin) / .milliseconds(1))
    }
    return milliseconds.sorted()[milliseconds.count / 2]
  }

  /// White noise that is the same in every run (Knuth's linear congruential generator, its upper bits).
  private static func noise(_ count: Int) -> [Float] {
    var state: UInt64 = 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(1 << 32)
    }
  }
}
