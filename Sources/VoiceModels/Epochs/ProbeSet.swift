internal import Glibc
internal import VoiceRecognition
internal import VoiceTensor

/// Inputs made of a formula and the embeddings that a network gave for them: who cannot give them again must not serve.
struct ProbeSet {
  /// One input and its embedding.
  struct Probe {
    var features: FeatureMatrix
    /// In the epoch's precision.
    var embedding: [Float]
    /// In float32, where the epoch is of another precision and may be served so.
    var fallback: [Float]?
  }

  /// Frames of the inputs: one long, one odd and short.
  private static let lengths = [200, 57]

  var probes: [Probe]

  /// Runs a network over the inputs, and the one that may stand in for it.
  init(computedBy network: SpeakerNetwork, fallback: SpeakerNetwork? = nil) throws {
    probes = try Self.lengths.enumerated().map { index, length in
      let frames = max(length, network.minimumFrames)
      let values = Self.noise(count: frames * network.inputSize, seed: UInt64(index) + 1)
      let features = FeatureMatrix(values: values, frames: frames, bins: network.inputSize)
      return Probe(
        features: features, embedding: try network.embed(values, frames: frames),
        fallback: try fallback?.embed(values, frames: frames))
    }
  }

  /// Values like those of features: normally distributed (Box–Muller), spread 1, from a fixed seed.
  static func noise(count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let radius = (-2 * log(1 - random.unit())).squareRoot()
      return Float(radius * cos(2 * .pi * random.unit()))
    }
  }

  // ---- As a file: `features.N` [frames, bins], `embedding.N` [size], and `float32.N` [size] where it may fall back --

  var file: Safetensors {
    var tensors: [String: StoredTensor] = [:]
    for (index, probe) in probes.enumerated() {
      let shape = [probe.features.frames, probe.features.bins]
      tensors["features.\(index)"] = StoredTensor(shape: shape, values: probe.features.values)
      tensors["embedding.\(index)"] = StoredTensor(shape: [probe.embedding.count], values: probe.embedding)
      if let fallback = probe.fallback {
        tensors["float32.\(index)"] = StoredTensor(shape: [fallback.count], values: fallback)
      }
    }
    return Safetensors(tensors: tensors)
  }

  /// Reads the probes of an epoch. Throws `dataLoss` when they are not those of its sizes.
  init(_ file: Safetensors, manifest: EpochManifest) throws(RecognitionError) {
    let mayFallBack = manifest.float32Fallback == true
    var probes: [Probe] = []
    while let features = file.tensors["features.\(probes.count)"],
      let embedding = file.tensors["embedding.\(probes.count)"]
    {
      guard features.shape.count == 2, features.shape[1] == manifest.inputSize,
        embedding.shape == [manifest.embeddingSize]
      else { break }
      let fallback = file.tensors["float32.\(probes.count)"]
      guard fallback?.shape == (mayFallBack ? embedding.shape : nil) else { break }
      let matrix = FeatureMatrix(values: features.values, frames: features.shape[0], bins: features.shape[1])
      probes.append(Probe(features: matrix, embedding: embedding.values, fallback: fallback?.values))
    }
    guard !probes.isEmpty, file.tensors.count == (mayFallBack ? 3 : 2) * probes.count else {
      throw RecognitionError(
        .dataLoss, reason: "EPOCH_DAMAGED", "epoch '\(manifest.name)': the probes are not those of its sizes")
    }
    self.probes = probes
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
private struct SplitMix64 {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// A number in [0, 1).
  mutating func unit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((value ^ value >> 31) >> 11) * 0x1p-53
  }
}
