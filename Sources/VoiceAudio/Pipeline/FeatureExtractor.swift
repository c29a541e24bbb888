internal import Synchronization

/// Features of a piece of audio and what was measured on it.
package struct ExtractedFeatures: Sendable {
  /// The features, the mean of each bin removed.
  package var features: Features
  /// What was measured.
  package var report: AudioMeasurement
}

/// Turns audio into features as mvector's predictor does: decode → check the length → resample → (cut non-speech) →
/// normalise the level → front-end → remove the mean of each bin. Serves several threads.
package final class FeatureExtractor: Sendable {
  /// What it computes.
  package let configuration: FrontEndConfiguration
  /// What it accepts.
  package let limits: AudioLimits
  private static let rememberedRates = 16
  private let frontEnd: any AcousticFrontEnd
  private let resamplers = Mutex<[Int: Resampler]>([:])

  /// An extractor with its tables. Throws `badArgument` when the configuration is wrong.
  package init(_ configuration: FrontEndConfiguration = .init(), limits: AudioLimits = .init()) throws(AudioError) {
    try limits.check(sampleRate: configuration.sampleRate)
    guard configuration.targetDB.isFinite, (-200...100).contains(configuration.targetDB) else {
      throw AudioError(.badArgument, "target_dB \(configuration.targetDB): -200 to 100 are possible")
    }
    self.configuration = configuration
    self.limits = limits
    frontEnd = try configuration.makeFrontEnd()
  }

  /// Bins of a frame.
  package var bins: Int { frontEnd.bins }

  /// Features of encoded audio, of its first `headSeconds` if given. Throws `AudioError`.
  package func extract(
    _ bytes: UnsafeRawBufferPointer, encoding: AudioEncoding = .container, headSeconds: Double? = nil
  ) throws(AudioError) -> ExtractedFeatures {
    try extract(AudioDecoder.decodeUnmeasured(bytes, encoding, limits), headSeconds: headSeconds)
  }

  /// Features of decoded audio, of its first `headSeconds` if given. Throws `AudioError`.
  ///
  /// The level is that of the whole, as in mvector's evaluation.
  package func extract(_ audio: DecodedAudio, headSeconds: Double? = nil) throws(AudioError) -> ExtractedFeatures {
    let levels = try audio.validate(limits)
    return try features(of: audio, levels, headSeconds)
  }

  /// Features of one channel of samples in [-1, 1] at a rate in Hz. Throws `AudioError`.
  package func extract(samples: [Float], sampleRate: Int) throws(AudioError) -> ExtractedFeatures {
    try extract(DecodedAudio(samples: samples, sampleRate: sampleRate))
  }

  private func features(
    of audio: DecodedAudio, _ levels: ClipLevels, _ headSeconds: Double?
  ) throws(AudioError) -> ExtractedFeatures {
    let report = AudioMeasurement(audio, levels, limits: limits)
    var samples = try resampler(from: audio.sampleRate).resample(audio.samples)
    if configuration.doVAD { samples = VoiceActivity.trim(samples) }
    if configuration.useDBNormalization {
      let isAsDecoded = !configuration.doVAD && audio.sampleRate == configuration.sampleRate
      samples = try Level.normalise(
        samples, levels: isAsDecoded ? levels : ClipLevels(samples), targetDB: configuration.targetDB)
    }
    if let headSeconds {
      samples = Cutting.crop(samples, seconds: headSeconds, sampleRate: configuration.sampleRate)
    }
    guard frontEnd.frames(of: samples.count) <= limits.maxFeatureValues / frontEnd.widestRow else {
      throw AudioError(
        .tooLong, "\(audio.duration) s give more than \(limits.maxFeatureValues) values: send a part of it")
    }
    var features = try frontEnd.compute(samples)
    features.removeMean()
    guard features.isFinite else {
      throw AudioError(.notFinite, "the samples are too large to compute with: scale them to [-1, 1]")
    }
    return ExtractedFeatures(features: features, report: report)
  }

  private func resampler(from rate: Int) throws(AudioError) -> Resampler {
    if let resampler = resamplers.withLock({ $0[rate] }) { return resampler }
    let made = try Resampler(from: rate, to: configuration.sampleRate)
    resamplers.withLock { resamplers in
      // Rates come from outside: what is kept is bounded.
      if resamplers.count >= Self.rememberedRates { resamplers.removeAll() }
      resamplers[rate] = made
    }
    return made
  }
}
