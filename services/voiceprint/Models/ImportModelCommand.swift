internal import ArgumentParser
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceRecognition

/// `voiceprint import-model`: a checkpoint becomes an epoch.
struct ImportModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-model",
    abstract: "Makes an epoch of a trained network: a folder with its weights, probe vectors and manifest.",
    discussion: """
      Reads PyTorch checkpoints (.pth, .pt) and safetensors; nothing in them is executed. Every parameter must be
      there with the right shape, and none may be left over, except the classifier that training put on top.
      """)

  @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"))
  var file: String
  @OptionGroup var configs: ConfigsOption
  @Option(help: ArgumentHelp("The epoch's folder; its parent is made if need be.", valueName: "DIR"))
  var out: String
  @Option(help: "Scores at or above it are decided to be the same person.")
  var threshold = ModelImport.standardThreshold
  @OptionGroup var precision: EpochPrecisionOptions
  @Option(help: ArgumentHelp("Licence of the weights.", valueName: "TEXT"))
  var licence = ""
  @Option(help: ArgumentHelp("Where the weights come from.", valueName: "TEXT"))
  var source = ""
  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let bundle = try await reporting {
      try ModelImport.bundle(
        of: file, experiment: try configs.load(), in: out, threshold: threshold, precision: precision,
        licence: licence, source: source)
    }
    try report(bundle)
  }

  private func report(_ bundle: EpochBundle) throws {
    let manifest = bundle.manifest
    let bytes = manifest.files.reduce(0) { $0 + $1.sizeBytes }
    if json {
      return try printJSON(
        Answer(
          name: manifest.name, fingerprint: manifest.fingerprint, architecture: manifest.architecture,
          parameters: manifest.parameterCount, inputSize: manifest.inputSize, embeddingSize: manifest.embeddingSize,
          precision: manifest.precision.rawValue, float32Fallback: manifest.float32Fallback ?? false,
          threshold: manifest.threshold, sizeBytes: bytes, folder: out))
    }
    print(
      """
      epoch        \(manifest.name)
      fingerprint  \(manifest.fingerprint)
      network      \(manifest.architecture), \(manifest.parameterCount) parameters, \(manifest.precisionText)
      features     \(manifest.frontEnd.featureMethod), \(manifest.inputSize) bins at \(manifest.frontEnd.sampleRate) Hz
      voiceprint   \(manifest.embeddingSize) values, threshold \(manifest.threshold)
      folder       \(out), \(bytes) bytes
      """)
  }

  private struct Answer: Encodable {
    var name: String
    var fingerprint: String
    var architecture: String
    var parameters: Int
    var inputSize: Int
    var embeddingSize: Int
    var precision: String
    var float32Fallback: Bool
    var threshold: Double
    var sizeBytes: Int
    var folder: String

    enum CodingKeys: String, CodingKey {
      case name, fingerprint, architecture, parameters, precision, threshold, folder
      case float32Fallback = "float32_fallback"
      case inputSize = "input_size"
      case embeddingSize = "embedding_size"
      case sizeBytes = "size_bytes"
    }
  }
}

extension EpochManifest {
  /// What its convolutions multiply, for people.
  var precisionText: String {
    float32Fallback == true ? "\(precision.rawValue), float32 where that is not to be had" : precision.rawValue
  }
}
