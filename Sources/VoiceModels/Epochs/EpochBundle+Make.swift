package import FoundationEssentials
package import VoiceRecognition
package import VoiceTensor

extension EpochBundle {
  /// Makes the bundle of a network in `folder`: weights, probes computed with them, manifest.
  ///
  /// The bundle is written beside its place and moved there, so that nobody sees half of one. A folder that holds the
  /// same epoch already is left as it is. Throws ``NetworkError`` when the parameters do not fit, `RecognitionError`
  /// `alreadyExists` when something else lies in the folder, `failedPrecondition` when this processor cannot multiply
  /// numbers of the precision, and errors of writing.
  package static func make(
    in folder: URL, network configuration: NetworkConfiguration, parameters: [String: StoredTensor],
    frontEnd: FrontEnd, threshold: Double, precision: EpochPrecision = .float32, float32Fallback: Bool = false,
    licence: String = "", source: String = ""
  ) throws -> EpochBundle {
    guard (-1...1).contains(threshold) else {
      throw RecognitionError.invalid("threshold", "is \(threshold); a cosine lies from -1 to 1")
    }
    guard precision.kernels.isSupported else {
      throw RecognitionError(
        .failedPrecondition, reason: "PRECISION_UNSUPPORTED",
        "this machine's processor does not multiply \(precision.rawValue) numbers, so it cannot compute the epoch's"
          + " probe vectors: make the epoch on one that does")
    }
    let network = try SpeakerNetwork(
      configuration: configuration, parameters: parameters, precision: precision.kernels)
    // What a replica that falls back must reproduce is the float32 network's, not nearly this one's.
    let fallback = precision != .float32 && float32Fallback
      ? try SpeakerNetwork(configuration: configuration, parameters: parameters) : nil
    let probes = try ProbeSet(computedBy: network, fallback: fallback)
    let contents = [
      (weightsName, Safetensors(tensors: parameters, metadata: ["format": "pt"]).bytes()),
      (probesName, probes.file.bytes()),
    ]
    let manifest = try EpochManifest(
      architecture: configuration.architecture,
      generation: configuration.generation == .v1_0 ? nil : configuration.generation.rawValue,
      architectureArguments: configuration.arguments,
      inputSize: configuration.inputSize, embeddingSize: configuration.embeddingSize, precision: precision,
      float32Fallback: float32Fallback, frontEnd: frontEnd, threshold: threshold,
      parameterCount: trainedCount(parameters), files: contents.map { describe($0, $1) }, licence: licence,
      source: source
    ).sealed()
    return try place(manifest, contents, in: folder)
  }

  private static func place(
    _ manifest: EpochManifest, _ contents: [(name: String, bytes: [UInt8])], in folder: URL
  ) throws -> EpochBundle {
    let files = FileManager.default
    if files.fileExists(atPath: folder.path), try !files.contentsOfDirectory(atPath: folder.path).isEmpty {
      if let there = try? load(folder), there.manifest == manifest { return there }
      throw RecognitionError(
        .alreadyExists, reason: "FOLDER_TAKEN",
        "\(folder.path) holds something else; an epoch is never changed: name another folder or remove it")
    }
    let parent = folder.deletingLastPathComponent()
    let partial = parent.appending(path: ".partial-\(manifest.name)-\(UInt64.random(in: 0 ... .max))")
    try files.createDirectory(at: partial, withIntermediateDirectories: true)
    do {
      for (name, bytes) in contents { try Data(bytes).write(to: partial.appending(path: name)) }
      try manifest.json().write(to: partial.appending(path: manifestName))
      if files.fileExists(atPath: folder.path) { try files.removeItem(at: folder) }
      try files.moveItem(at: partial, to: folder)
    } catch {
      try? files.removeItem(at: partial)  // what failed is told; leftovers of it would only be in the way
      throw error
    }
    return try load(folder)
  }

  /// Values that training changes: running statistics and counters are none.
  private static func trainedCount(_ parameters: [String: StoredTensor]) -> Int {
    let counters = ["running_mean", "running_var", "num_batches_tracked"]
    return parameters.reduce(0) { sum, parameter in
      counters.contains { parameter.key.hasSuffix($0) } ? sum : sum + parameter.value.values.count
    }
  }
}
