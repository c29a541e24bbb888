internal import Synchronization
internal import VoiceAudio
internal import VoiceConcurrency
internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceModels
internal import VoiceTensor

/// Embeds the clips of lists, each alone, the first seconds of long ones only; features are kept from call to call.
final class ListEmbedder: Sendable {
  private let extractor: FeatureExtractor
  private let seconds: Double
  private let root: String
  private let known = Mutex<[String: Features]>([:])
  private static let valuesKept = 256 << 20

  /// An embedder with an experiment's front-end. Throws `badArgument` when there is none like that.
  init(_ experiment: ExperimentConfiguration, root: String) throws(TrainingError) {
    do { extractor = try FeatureExtractor(FrontEndConfiguration(experiment)) } catch {
      throw TrainingError(.badArgument, "preprocess_conf: \(error.message)")
    }
    seconds = experiment.dataset.evaluationMaxDuration
    self.root = root
  }

  /// The voiceprints of all clips, computed by so many threads; blocks meanwhile. Throws `badClips` naming a clip that
  /// cannot be read.
  func embed(_ clips: [ListedClip], _ network: SpeakerNetwork, threads: Int) throws -> [[Float]] {
    let results = Mutex([Result<[Float], TrainingError>?](repeating: nil, count: clips.count))
    ThreadTeam(name: "embed", threads: threads).forEach(clips.count) { index, _ in
      let result = Result { () throws(TrainingError) in try embed(clips[index], network) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }

  private func embed(_ clip: ListedClip, _ network: SpeakerNetwork) throws(TrainingError) -> [Float] {
    do {
      let features = try features(of: clip.path)
      return try network.embed(features.values, frames: features.frames)
    } catch {
      throw TrainingError(.badClips, "\(clip.origin): \(clip.path): \(error)")
    }
  }

  private func features(of clip: String) throws -> Features {
    if let features = known.withLock({ $0[clip] }) { return features }
    let path = resolve(clip, root: root)
    let bytes = try FileBytes.read(path, maximum: extractor.limits.maxBytes)
    let made: Features
    if path.hasSuffix(".npy") {
      let array = try NumpyFile.read(bytes)
      guard array.shape.count == 2, array.shape[1] == extractor.bins else {
        throw TrainingError(.badClips, "holds features \(array.shape), not [frames, \(extractor.bins)]")
      }
      made = Features(values: array.values, frames: array.shape[0], bins: array.shape[1])
    } else {
      made = try bytes.withUnsafeBytes { try extractor.extract($0, headSeconds: seconds).features }
    }
    known.withLock { known in
      if known.values.reduce(0, { $0 + $1.values.count }) < Self.valuesKept { known[clip] = made }
    }
    return made
  }
}
