internal import FoundationEssentials
internal import VoiceAudio
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceTensor
internal import VoiceTraining

/// A network for the commands that run one in this process: an epoch, or a checkpoint with its experiment.
struct LoadedNetwork: Sendable {
  /// Turns audio into the features that the network was trained on.
  let extractor: FeatureExtractor
  /// Evaluation clips are heard up to it, s.
  let evaluationSeconds: Double
  private let run: Run

  private enum Run: Sendable {
    case epoch(EpochRuntime)
    case checkpoint(SpeakerNetwork)
  }

  /// Loads the folder of an epoch, or a checkpoint, a file or a training's folder; without an experiment the
  /// checkpoint's keys must tell. An epoch has its precision, a checkpoint is computed in that one, or in float32.
  init(checkpoint path: String, configs: String? = nil, precision: EpochPrecision? = nil) throws {
    let url = URL(filePath: path)
    let experiment = try configs.map { try ExperimentConfiguration.loadChecked(file: $0) }
    evaluationSeconds = experiment?.dataset.evaluationMaxDuration ?? 20
    if FileManager.default.fileExists(atPath: url.appending(path: EpochBundle.manifestName).path) {
      let runtime = try EpochRuntime(bundle: try EpochBundle.load(url))
      let manifest = runtime.manifest
      guard precision ?? manifest.precision == manifest.precision else {
        throw CommandError(
          "\(path): is an epoch of precision \(manifest.precision.rawValue), not \(precision?.rawValue ?? "")")
      }
      if !runtime.precisionNote.isEmpty { Terminal.say("note: \(manifest.name): \(runtime.precisionNote)") }
      if let experiment, let file = configs {
        guard FrontEnd(experiment) == manifest.frontEnd, experiment.model.name == manifest.architecture else {
          throw CommandError("\(file): has another network or front-end than epoch '\(manifest.name)'")
        }
      }
      extractor = try FeatureExtractor(FrontEndConfiguration(manifest.frontEnd))
      run = .epoch(runtime)
    } else {
      let parameters = try Checkpoint.load(url).parameters
      let plan = try NetworkPlan(parameters: parameters, experiment: experiment, file: path)
      extractor = plan.extractor
      let precision = precision ?? .float32
      guard precision.kernels.isSupported else {
        throw CommandError("this machine's processor does not multiply \(precision.rawValue) numbers")
      }
      run = .checkpoint(
        try SpeakerNetwork(
          configuration: plan.configuration, parameters: parameters, precision: precision.kernels))
    }
  }

  /// The voiceprint of one utterance, on the calling thread.
  func embed(_ features: FeatureMatrix) throws -> [Float] {
    switch run {
    case .epoch(let runtime): try runtime.embed(features)
    case .checkpoint(let network): try network.embed(features.values, frames: features.frames)
    }
  }

  /// The voiceprint of a file of audio, of its first `headSeconds` if given, on the calling thread.
  func embed(audio path: String, headSeconds: Double? = nil) throws -> [Float] {
    do {
      let bytes = try FileBytes.read(path, maximum: extractor.limits.maxBytes)
      let extracted = try bytes.withUnsafeBytes { try extractor.extract($0, headSeconds: headSeconds).features }
      return try embed(FeatureMatrix(values: extracted.values, frames: extracted.frames, bins: extracted.bins))
    } catch let error as FileBytes.Failure {
      throw error
    } catch {
      throw CommandError(error, context: path)
    }
  }
}

/// What a checkpoint needs to become a network.
struct NetworkPlan {
  let configuration: NetworkConfiguration
  let frontEnd: FrontEnd
  let extractor: FeatureExtractor

  /// From the experiment; without one, from the keys of a network that is known by them.
  init(parameters: Checkpoint.Parameters, experiment: ExperimentConfiguration?, file: String) throws {
    if let experiment {
      frontEnd = FrontEnd(experiment)
      extractor = try FeatureExtractor(FrontEndConfiguration(frontEnd))
      configuration = try NetworkConfiguration(experiment.model, inputSize: extractor.bins)
      return
    }
    guard let known = NetworkConfiguration(recognising: parameters) else {
      throw CommandError("\(file): its keys are not those of a network that is known by them; name its --configs")
    }
    configuration = known
    frontEnd = FrontEnd(methodArguments: ["sample_frequency": "16000", "num_mel_bins": String(known.inputSize)])
    extractor = try FeatureExtractor(FrontEndConfiguration(frontEnd))
  }
}

extension FrontEndConfiguration {
  /// The front-end of an epoch.
  init(_ frontEnd: FrontEnd) {
    self.init(
      featureMethod: frontEnd.featureMethod, methodArguments: frontEnd.methodArguments,
      sampleRate: frontEnd.sampleRate, useDBNormalization: frontEnd.useDBNormalization, targetDB: frontEnd.targetDB,
      doVAD: frontEnd.doVAD)
  }
}
