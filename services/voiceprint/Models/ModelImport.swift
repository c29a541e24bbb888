internal import FoundationEssentials
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceTensor

/// Makes epochs of trained networks.
enum ModelImport {
  /// Scores at or above it are decided to be the same person, unless the import says otherwise.
  static let standardThreshold = 0.55

  /// The bundle of a checkpoint, written to `folder`; what lies there of the same epoch is left as it is.
  ///
  /// Without an experiment the network is recognised by its keys. Throws errors that name the file.
  static func bundle(
    of file: String, experiment: ExperimentConfiguration? = nil, in folder: String,
    threshold: Double = standardThreshold, precision: EpochPrecisionOptions? = nil, licence: String = "",
    source: String = ""
  ) throws -> EpochBundle {
    let checkpoint = try Checkpoint.load(URL(filePath: file))
    let plan = try NetworkPlan(parameters: checkpoint.parameters, experiment: experiment, file: file)
    do {
      return try EpochBundle.make(
        in: URL(filePath: folder, directoryHint: .isDirectory), network: plan.configuration,
        parameters: checkpoint.parameters, frontEnd: plan.frontEnd, threshold: threshold,
        precision: precision?.precision ?? .float32, float32Fallback: precision?.float32Fallback ?? false,
        licence: licence, source: source)
    } catch let error as NetworkError {
      throw CommandError("\(file): \(error.message)")
    }
  }

  /// The epoch of a bundle in another precision, which is another epoch, written to `folder`.
  ///
  /// Throws errors that name what does not fit.
  static func bundle(
    like bundle: EpochBundle, _ precision: EpochPrecision, float32Fallback: Bool, in folder: String
  ) throws -> EpochBundle {
    let manifest = bundle.manifest
    return try EpochBundle.make(
      in: URL(filePath: folder, directoryHint: .isDirectory), network: try NetworkConfiguration(manifest),
      parameters: try Safetensors(contentsOf: bundle.url(EpochBundle.weightsName)).tensors,
      frontEnd: manifest.frontEnd, threshold: manifest.threshold, precision: precision,
      float32Fallback: float32Fallback, licence: manifest.licence, source: manifest.source)
  }
}
