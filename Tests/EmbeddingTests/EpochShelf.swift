import FoundationEssentials
import Synchronization
import TestSupport
import VoiceConcurrency
import VoiceNN
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels
@testable import voiceprint_embedding

/// Real epochs of a small network in a folder, whole and damaged, and a source that takes them from there.
final class EpochShelf: EpochSource {
  /// How a bundle is damaged.
  enum Damage: CaseIterable {
    /// A byte of the weights is another one, which their sum tells.
    case sum
    /// The weights end in the middle; their sum is that of the half.
    case weights
    /// The sums are right, but the network does not give its probe vectors again.
    case probes
  }

  static let bins = 16
  /// A load waits for it; a test that holds it holds every load.
  let gate = AsyncSemaphore(permits: 1)
  private let folder: TemporaryFolder
  private let configuration: NetworkConfiguration
  private let state = Mutex((folders: [EpochName: URL](), loads: [EpochName](), failures: 0))

  init(channels: Int = 8) throws {
    folder = try TemporaryFolder()
    configuration = NetworkConfiguration(
      architecture: "CAMPPlus", inputSize: Self.bins, embeddingSize: 6,
      arguments: ["init_channels": .number(channels), "growth_rate": .number(channels / 4), "bn_size": 2])
  }

  /// Every epoch that was asked for, in order.
  var loads: [EpochName] { state.withLock { $0.loads } }

  /// The next loads of that number fail for a reason that passes.
  func failNext(_ count: Int) { state.withLock { $0.failures = count } }

  /// Puts an epoch on the shelf, whose weights are those of `seed`.
  func add(
    _ seed: UInt64, _ precision: EpochPrecision = .float32, float32Fallback: Bool = false
  ) throws -> EpochName {
    let bundle = try make(seed, in: "\(precision)-\(float32Fallback)", precision, float32Fallback: float32Fallback)
    return put(try EpochName(bundle.manifest.name), bundle.folder)
  }

  /// Puts a damaged epoch on the shelf.
  func add(_ seed: UInt64, _ damage: Damage) throws -> EpochName {
    let bundle = try make(seed)
    var manifest = bundle.manifest
    var weights = Array(try Data(contentsOf: bundle.url(EpochBundle.weightsName)))
    switch damage {
    case .sum:
      weights[weights.count / 2] ^= 1
      try Data(weights).write(to: bundle.url(EpochBundle.weightsName))
    case .weights:
      weights.removeLast(weights.count / 2)
      manifest = try replace(EpochBundle.weightsName, weights, in: bundle)
    case .probes:
      let others = try Data(contentsOf: make(seed + 1).url(EpochBundle.probesName))
      manifest = try replace(EpochBundle.probesName, Array(others), in: bundle)
    }
    return put(try EpochName(manifest.name), bundle.folder)
  }

  /// Puts in the place of an epoch what it should be.
  func mend(_ epoch: EpochName, _ seed: UInt64) throws {
    _ = put(epoch, try make(seed, in: "mended").folder)
  }

  /// Reproducible features of an utterance.
  static func features(frames: Int = 60) -> FeatureMatrix {
    var random = RandomSource(seed: UInt64(frames))
    let values = (0..<frames * bins).map { _ in 4 * random.uniform() - 2 }
    return FeatureMatrix(values: values, frames: frames, bins: bins)
  }

  func bundle(of epoch: EpochName) async throws -> EpochBundle {
    let (folder, fails) = state.withLock { state in
      state.loads.append(epoch)
      if state.failures > 0 {
        state.failures -= 1
        return (state.folders[epoch], true)
      }
      return (state.folders[epoch], false)
    }
    if fails { throw RecognitionError.unavailable("registry", "the registry is away") }
    guard let folder else { throw RecognitionError.missing("epoch", epoch.value) }
    return try await gate.withPermit { try EpochBundle.load(folder) }
  }

  private func put(_ epoch: EpochName, _ folder: URL) -> EpochName {
    state.withLock { $0.folders[epoch] = folder }
    return epoch
  }

  private func make(
    _ seed: UInt64, in subfolder: String = "made", _ precision: EpochPrecision = .float32, float32Fallback: Bool = false
  ) throws -> EpochBundle {
    try EpochBundle.make(
      in: URL(filePath: folder.file("\(subfolder)/\(seed)"), directoryHint: .isDirectory), network: configuration,
      parameters: parameters(seed), frontEnd: FrontEnd(methodArguments: ["num_mel_bins": "\(Self.bins)"]),
      threshold: 0.5, precision: precision, float32Fallback: float32Fallback)
  }

  private func replace(_ name: String, _ bytes: [UInt8], in bundle: EpochBundle) throws -> EpochManifest {
    try Data(bytes).write(to: bundle.url(name))
    var manifest = bundle.manifest
    for index in manifest.files.indices where manifest.files[index].name == name {
      manifest.files[index] = EpochBundle.describe(name, bytes)
    }
    manifest = try manifest.sealed()
    try manifest.json().write(to: bundle.url(EpochBundle.manifestName))
    return manifest
  }

  private func parameters(_ seed: UInt64) throws -> [String: StoredTensor] {
    var random = RandomSource(seed: seed)
    var parameters: [String: StoredTensor] = [:]
    for (path, shape) in try SpeakerNetwork.parameterShapes(configuration).sorted(by: { $0.key < $1.key }) {
      let bound = (6 / Float(max(1, shape.dropFirst().reduce(1, *)))).squareRoot()
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        let u = random.uniform()
        if path.hasSuffix("num_batches_tracked") { return 3 }
        if shape.count > 1 { return (2 * u - 1) * bound }
        return path.hasSuffix("running_var") || path.hasSuffix("weight") ? 0.5 + u : (u - 0.5) / 4
      }
      parameters[path] = StoredTensor(shape: shape, values: values)
    }
    return parameters
  }
}
