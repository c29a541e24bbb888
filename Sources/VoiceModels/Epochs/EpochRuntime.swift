package import VoiceRecognition
internal import VoiceTensor

/// An epoch that is ready to make voiceprints: its network has given the probe vectors again. Serves several threads.
package final class EpochRuntime: Sendable {
  /// What the epoch is.
  package let manifest: EpochManifest
  /// What its convolutions multiply here.
  package let precision: EpochPrecision
  /// What is to be said of that: why it is not what the epoch declares, or slow; mostly empty.
  package let precisionNote: String
  private let network: SpeakerNetwork

  /// Builds the network of a bundle and replays its probes.
  ///
  /// Throws `failedPrecondition` when they come out otherwise than the manifest tolerates, or when the epoch is of a
  /// precision that `policy` and this processor exclude and does not allow float32, ``NetworkError`` when the network
  /// cannot be built, and errors of reading.
  package init(bundle: EpochBundle, _ policy: ReducedPrecision = .always) throws {
    manifest = bundle.manifest
    let served = try ServedPrecision(bundle.manifest, policy)
    (precision, precisionNote) = (served.precision, served.note)
    let weights = try Safetensors(contentsOf: bundle.url(EpochBundle.weightsName))
    let probes = try ProbeSet(
      Safetensors(contentsOf: bundle.url(EpochBundle.probesName)), manifest: bundle.manifest)
    network = try SpeakerNetwork(
      configuration: try NetworkConfiguration(bundle.manifest), parameters: weights.tensors,
      precision: precision.kernels)
    for (index, probe) in probes.probes.enumerated() { try replay(probe, index) }
  }

  /// Gives the memory of epochs that are gone, and of their making, back to the system.
  package static func giveBackMemory() { FreedMemory.giveBack() }

  /// Bytes of the packed weights.
  package var memoryBytes: Int { network.memoryBytes }

  /// The fewest frames that give a voiceprint.
  package var minimumFrames: Int { network.minimumFrames }

  /// The voiceprint of one utterance, on the calling thread; its length is not 1.
  ///
  /// Throws `invalidArgument` for features of another width, ``NetworkError`` for those the network cannot read.
  package func embed(_ features: FeatureMatrix) throws -> [Float] {
    guard features.bins == manifest.inputSize else {
      throw RecognitionError.invalid(
        "features", "have \(features.bins) bins, epoch '\(manifest.name)' takes \(manifest.inputSize)",
        reason: "BAD_FEATURES")
    }
    return try network.embed(features.values, frames: features.frames)
  }

  private func replay(_ probe: ProbeSet.Probe, _ index: Int) throws {
    let found = try network.embed(probe.features.values, frames: probe.features.frames)
    let isFallback = precision != manifest.precision
    let difference = ProbeDifference(found, isFallback ? probe.fallback ?? [] : probe.embedding)
    guard difference.isWithin(isFallback ? .init() : manifest.probeTolerance) else {
      throw RecognitionError(
        .failedPrecondition, reason: "PROBE_MISMATCH",
        "epoch '\(manifest.name)' does not give its probe vector \(index) again here: \(difference); it is not served",
        metadata: ["epoch": manifest.name])
    }
  }
}

/// How far an embedding is from the one it should be.
struct ProbeDifference: CustomStringConvertible {
  let cosine: Double
  /// Largest difference of a value, relative to the largest expected value.
  let relativeError: Double

  init(_ found: [Float], _ expected: [Float]) {
    precondition(found.count == expected.count, "embeddings of \(found.count) and \(expected.count) values")
    var (product, one, other, error, largest) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (a, b) in zip(found, expected) {
      let (a, b) = (Double(a), Double(b))
      product += a * b
      one += a * a
      other += b * b
      error = (a - b).isNaN ? .nan : max(error, abs(a - b))
      largest = max(largest, abs(b))
    }
    cosine = product / (one * other).squareRoot()
    relativeError = error / largest
  }

  /// Whether it is near enough; a NaN never is.
  func isWithin(_ tolerance: EpochManifest.ProbeTolerance) -> Bool {
    cosine >= tolerance.minimumCosine && relativeError <= tolerance.maximumRelativeError
  }

  var description: String { "cosine \(cosine), relative error \(relativeError)" }
}
