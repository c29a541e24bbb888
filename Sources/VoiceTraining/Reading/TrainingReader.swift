internal import Synchronization
internal import VoiceAudio
package import VoiceConfiguration
internal import VoiceTensor

/// Reads clips for training as mvector does: decode → (cut non-speech) → resample → augment → normalise the level →
/// crop at random → front-end → remove the mean of each bin → blank bands. Serves several threads.
package final class TrainingReader: Sendable {
  /// What a clip becomes.
  package struct Example: Sendable {
    /// The features, `[frames, bins]`.
    package var features: [Float]
    /// Number of frames.
    package var frames: Int
    /// Class of its speaker, and of its speed where that makes another class.
    package var label: Int
  }

  private let dataset: DatasetConfiguration
  private let augmentation: AugmentationConfiguration
  private let augmenter: Augmenter
  private let frontEnd: any AcousticFrontEnd
  private let root: String
  private let speakerCount: Int
  private let limits: AudioLimits
  private let resamplers = Mutex<[Int: Resampler]>([:])

  /// A reader of clips below `root`, of speakers numbered below `speakerCount`.
  ///
  /// Throws `badArgument` for a front-end that does not exist.
  package init(
    _ experiment: ExperimentConfiguration, augmentation: AugmentationConfiguration, root: String, speakerCount: Int
  ) throws(TrainingError) {
    dataset = experiment.dataset
    self.augmentation = augmentation
    self.root = root
    self.speakerCount = speakerCount
    var limits = AudioLimits()
    limits.minSeconds = 0
    limits.maxSeconds = 36_000
    limits.maxBytes = 1 << 31
    self.limits = limits
    do { augmenter = try Augmenter(augmentation, root: root, sampleRate: dataset.sampleRate) } catch {
      throw TrainingError(.badArgument, "dataset_conf.sample_rate: \(error.message)")
    }
    do {
      frontEnd = try FrontEndConfiguration(experiment).makeFrontEnd()
    } catch { throw TrainingError(.badArgument, "preprocess_conf: \(error.message)") }
  }

  /// Bins of a frame.
  package var bins: Int { frontEnd.bins }

  /// What was asked for and cannot be done, for people.
  package var warnings: [String] { augmenter.warnings }

  /// Reads a clip; what is random follows from `seed` and nothing else. Throws `badClips` naming the file.
  package func read(_ clip: SpeakerList.Clip, seed: UInt64) throws(TrainingError) -> Example {
    let path = resolve(clip.path, root: root)
    do {
      var random = RandomSource(seed: seed)
      let bytes = try FileBytes.read(path, maximum: limits.maxBytes)
      var (features, speed) =
        path.hasSuffix(".npy") ? (try stored(bytes, &random), 0) : try computed(bytes, &random)
      if let masks = augmentation.masks { features = SpecAugment.apply(masks, to: features, &random) }
      let label = clip.speaker + (augmentation.classesPerSpeaker > 1 ? speed * speakerCount : 0)
      return Example(features: features.values, frames: features.frames, label: label)
    } catch let failure as FileBytes.Failure {
      throw TrainingError(.badClips, failure.message)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.badClips, "\(path): \(error)")
    }
  }

  private func computed(_ bytes: [UInt8], _ random: inout RandomSource) throws -> (Features, speed: Int) {
    let audio = try bytes.withUnsafeBytes { try AudioDecoder.decode($0, limits: limits) }
    var samples = dataset.doVAD ? VoiceActivity.trim(audio.samples) : audio.samples
    let seconds = Double(samples.count) / Double(audio.sampleRate)
    guard seconds >= dataset.minDuration else {
      throw AudioError(.tooShort, "\(seconds) s long, min_duration is \(dataset.minDuration) s")
    }
    samples = try resampler(from: audio.sampleRate).resample(samples)
    let speed: Int
    (samples, speed) = try augmenter.apply(to: samples, &random)
    if dataset.useDBNormalization { samples = try Level.normalise(samples, targetDB: dataset.targetDB) }
    samples = try Cutting.crop(
      samples, seconds: dataset.maxDuration, sampleRate: dataset.sampleRate, using: &random)
    let features = try frontEnd.compute(samples).meanRemoved()
    guard features.values.allSatisfy(\.isFinite) else { throw AudioError(.notFinite, "its samples are too large") }
    return (features, speed)
  }

  /// Features that were computed before, cropped to what the longest clip would give.
  private func stored(_ bytes: [UInt8], _ random: inout RandomSource) throws -> Features {
    let array = try NumpyFile.read(bytes)
    guard array.shape.count == 2, array.shape[1] == bins, array.shape[0] > 0 else {
      throw TrainingError(.badClips, "holds features \(array.shape), not [frames, \(bins)]")
    }
    let most = frontEnd.frames(of: Int(dataset.maxDuration * Double(dataset.sampleRate)))
    guard array.shape[0] > most, most > 0 else {
      return Features(values: array.values, frames: array.shape[0], bins: bins)
    }
    let first = random.below(array.shape[0] - most + 1)
    return Features(values: Array(array.values[first * bins..<(first + most) * bins]), frames: most, bins: bins)
  }

  private func resampler(from rate: Int) throws(AudioError) -> Resampler {
    if let resampler = resamplers.withLock({ $0[rate] }) { return resampler }
    let made = try Resampler(from: rate, to: dataset.sampleRate)
    resamplers.withLock { $0[rate] = made }
    return made
  }
}

extension FrontEndConfiguration {
  /// The front-end of an experiment.
  package init(_ experiment: ExperimentConfiguration) {
    self.init(
      featureMethod: experiment.preprocess.featureMethod, methodArguments: experiment.preprocess.methodArguments,
      sampleRate: experiment.dataset.sampleRate, useDBNormalization: experiment.dataset.useDBNormalization,
      targetDB: experiment.dataset.targetDB, doVAD: experiment.dataset.doVAD)
  }
}
