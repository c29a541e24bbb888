internal import Crypto
internal import VoiceAudio
package import VoiceConfiguration
internal import VoiceTensor

/// Features on disk, as mvector's `extract_features.py` leaves them: `<folder>/<label>/<name>.npy`, `[frames, bins]`
/// float32, the mean of each bin removed.
///
/// The name is a digest of the clip's path and of the front-end: clips cannot collide, a file that is there is the
/// right one, and an interrupted run goes on where it was.
package struct FeatureStore: Sendable {
  private let extractor: FeatureExtractor
  private let folder: String
  private let root: String
  private let maximumSeconds: Double
  private let kind: String

  /// A store in `folder` for clips below `root`, of which the first `maximumSeconds` s are taken.
  ///
  /// Throws `badArgument` for a front-end that does not exist.
  package init(
    _ experiment: ExperimentConfiguration, folder: String, root: String, maximumSeconds: Double
  ) throws(TrainingError) {
    let frontEnd = FrontEndConfiguration(experiment)
    var limits = AudioLimits()
    limits.minSeconds = 0
    limits.maxSeconds = 36_000
    limits.maxBytes = 1 << 31
    limits.maxFeatureValues = 1 << 30
    do { extractor = try FeatureExtractor(frontEnd, limits: limits) } catch {
      throw TrainingError(.badArgument, "preprocess_conf: \(error.message)")
    }
    self.folder = folder
    self.root = root
    self.maximumSeconds = maximumSeconds
    let arguments = frontEnd.methodArguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let numbers = "\(frontEnd.sampleRate) \(frontEnd.useDBNormalization) \(frontEnd.targetDB) \(frontEnd.doVAD)"
    kind = ([frontEnd.featureMethod, numbers, "\(maximumSeconds)"] + arguments).joined(separator: "\n")
  }

  /// Where the features of a clip lie.
  package func path(of path: String, label: String) -> String {
    let digest = SHA256.hash(data: Array("\(kind)\n\(path)".utf8)).prefix(16)
    let name = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    // A label comes from a list: it must stay one folder.
    let place = label.contains("/") || label.hasPrefix(".") || label.isEmpty ? "other" : label
    return "\(folder)/\(place)/\(name).npy"
  }

  /// Computes the features of a clip unless they are there, and gives their path and whether they were new; blocks
  /// meanwhile. Throws `badClips` or `unwritable`.
  package func extract(_ path: String, label: String) throws(TrainingError) -> (path: String, isNew: Bool) {
    let target = self.path(of: path, label: label)
    // Written whole or not at all, so a readable file is a complete one.
    if let bytes = try? FileBytes.read(target, maximum: 1 << 34), !bytes.isEmpty { return (target, false) }
    let features: Features
    do {
      let bytes = try FileBytes.read(resolve(path, root: root), maximum: extractor.limits.maxBytes)
      features = try bytes.withUnsafeBytes { try extractor.extract($0, headSeconds: maximumSeconds).features }
    } catch let failure as FileBytes.Failure {
      throw TrainingError(.badClips, failure.message)
    } catch {
      throw TrainingError(.badClips, "\(resolve(path, root: root)): \(error)")
    }
    let array = StoredTensor(shape: [features.frames, features.bins], values: features.values)
    try AtomicFile.write(NumpyFile.bytes(array), to: target)
    return (target, true)
  }
}
