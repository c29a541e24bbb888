internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceTensor

/// `voiceprint embed`: audio or features become embeddings, in a file that other toolkits read.
struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Computes the embeddings of audio files or of a file of features.",
    discussion: """
      Features are the array 'features' [n, frames, bins] of a safetensors file, their means already removed; what is
      written is the array 'embeddings' [n, dim], as the network gives them: their length is not 1.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or the folder of an epoch.", valueName: "W"))
  var checkpoint: String
  @OptionGroup var configs: ConfigsOption
  @Option(help: "What a checkpoint's convolutions multiply: float32, bf16 or float16; an epoch has its own precision.")
  var precision: EpochPrecision?
  @Option(parsing: .upToNextOption, help: ArgumentHelp("Audio files.", valueName: "F"))
  var audio: [String] = []
  @Option(help: ArgumentHelp("A file of features.", valueName: "F.safetensors"))
  var features: String?
  @Option(help: ArgumentHelp("The file to write.", valueName: "E.safetensors"))
  var out: String

  func validate() throws {
    guard audio.isEmpty != (features == nil) else { throw ValidationError("Name either --audio or --features.") }
  }

  func run() async throws {
    try await reporting {
      let network = try LoadedNetwork(checkpoint: checkpoint, configs: configs.file, precision: precision)
      let rows: [[Float]]
      if let features {
        let matrices = try Self.matrices(features)
        rows = try await inParallel(count: matrices.count, title: "embedding") { try network.embed(matrices[$0]) }
      } else {
        rows = try await inParallel(count: audio.count, title: "embedding") { try network.embed(audio: audio[$0]) }
      }
      let shape = [rows.count, rows.first?.count ?? 0]
      let embeddings = StoredTensor(shape: shape, values: rows.flatMap(\.self))
      try Safetensors(tensors: ["embeddings": embeddings]).write(to: URL(filePath: out))
      print("\(out): \(shape[0]) embeddings of \(shape[1]) values")
    }
  }

  /// The utterances of a file of features, all of one length.
  private static func matrices(_ file: String) throws -> [FeatureMatrix] {
    let tensors = try Safetensors(contentsOf: URL(filePath: file)).tensors
    guard let features = tensors["features"], features.shape.count == 3, !features.shape.contains(0) else {
      let found = tensors.map { "'\($0.key)' \($0.value.shape)" }.sorted().joined(separator: ", ")
      throw CommandError("\(file): must hold an array 'features' [n, frames, bins]; there is \(found)")
    }
    let (frames, bins) = (features.shape[1], features.shape[2])
    return (0..<features.shape[0]).map { index in
      let values = features.values[index * frames * bins..<(index + 1) * frames * bins]
      return FeatureMatrix(values: Array(values), frames: frames, bins: bins)
    }
  }
}
