import FoundationEssentials
import TestSupport
import Testing
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels

@Suite("The precision of an epoch")
struct EpochPrecisionTests {
  /// Those of few bits that this machine's processor multiplies; none on an older one.
  static let reduced = EpochPrecision.allCases.filter { $0 != .float32 && $0.kernels.isSupported }
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Wide enough for layers that are rounded.
  private let small = SmallNetwork(
    NetworkConfiguration(
      architecture: "CAMPPlus", inputSize: 16, embeddingSize: 6,
      arguments: ["init_channels": 32, "growth_rate": 16, "bn_size": 2]))

  private func make(_ name: String, _ precision: EpochPrecision, fallback: Bool = false) throws -> EpochBundle {
    try EpochBundle.make(
      in: URL(filePath: folder.file(name), directoryHint: .isDirectory), network: small.configuration,
      parameters: small.parameters, frontEnd: FrontEnd(methodArguments: ["num_mel_bins": "16"]), threshold: 0.5,
      precision: precision, float32Fallback: fallback)
  }

  private var features: FeatureMatrix { FeatureMatrix(values: small.features(frames: 40), frames: 40, bins: 16) }

  @Test("An epoch of few bits is another epoch, and so is one that may be served in float32", arguments: reduced)
  func identity(precision: EpochPrecision) throws {
    let bundles = [
      try make("a", .float32), try make("b", precision), try make("c", precision, fallback: true),
    ]
    #expect(Set(bundles.map(\.manifest.fingerprint)).count == 3)
    #expect(bundles.map(\.manifest.float32Fallback) == [nil, false, true])
    let text = String(decoding: try bundles[1].manifest.json(), as: UTF8.self)
    #expect(text.contains("\"precision\" : \"\(precision.rawValue)\""), "\(text)")
    #expect(try EpochBundle.load(bundles[2].folder).manifest == bundles[2].manifest)
  }

  @Test("It is served with its own kernels where the processor has them", arguments: reduced)
  func served(precision: EpochPrecision) throws {
    let runtime = try EpochRuntime(bundle: try make("a", precision), .always)
    #expect(runtime.precision == precision && runtime.precisionNote.isEmpty)
    let network = try SpeakerNetwork(
      configuration: small.configuration, parameters: small.parameters, precision: precision.kernels)
    let voiceprint = try runtime.embed(features)
    #expect(voiceprint == (try network.embed(features.values, frames: 40)))
    let difference = ProbeDifference(voiceprint, try small.speaker().embed(features.values, frames: 40))
    #expect(difference.cosine > 0.999 && difference.relativeError > 0, "\(difference)")
  }

  @Test("Without the instructions it is served in float32 if it allows that, and says so", arguments: reduced)
  func fallback(precision: EpochPrecision) throws {
    let runtime = try EpochRuntime(bundle: try make("a", precision, fallback: true), .never)
    #expect(runtime.precision == .float32)
    #expect(runtime.precisionNote.contains(precision.rawValue), "\(runtime.precisionNote)")
    #expect(try runtime.embed(features) == small.speaker().embed(features.values, frames: 40))
  }

  @Test("Without the instructions it is refused if it does not allow float32", arguments: reduced)
  func refused(precision: EpochPrecision) throws {
    let bundle = try make("a", precision)
    let error = #expect(throws: RecognitionError.self) { try EpochRuntime(bundle: bundle, .never) }
    #expect(error?.code == .failedPrecondition && error?.reason == "PRECISION_UNSUPPORTED")
    for word in [precision.rawValue, bundle.manifest.name] { #expect(error?.message.contains(word) == true, "\(word)") }
  }

  @Test("Where it is slower than float32, that is served if the epoch allows it", arguments: reduced)
  func fastest(precision: EpochPrecision) throws {
    for allowed in [true, false] {
      let runtime = try EpochRuntime(bundle: try make("\(allowed)", precision, fallback: allowed), .fastest)
      let isFaster = precision.kernels.isFaster
      #expect(runtime.precision == (isFaster || !allowed ? precision : .float32))
      #expect(runtime.precisionNote.isEmpty == isFaster)
    }
  }

  @Test("A replica that falls back has to give the float32 network's probes again", arguments: reduced)
  func probesOfTheFallback(precision: EpochPrecision) throws {
    let bundle = try make("a", precision, fallback: true)
    var probes = try ProbeSet(Safetensors(contentsOf: bundle.url(EpochBundle.probesName)), manifest: bundle.manifest)
    probes.probes[0].fallback?[0] *= 1.05
    let bytes = probes.file.bytes()
    try Data(bytes).write(to: bundle.url(EpochBundle.probesName))
    var manifest = bundle.manifest
    manifest.files[1] = EpochBundle.describe(EpochBundle.probesName, bytes)
    try manifest.sealed().json().write(to: bundle.url(EpochBundle.manifestName))
    let changed = try EpochBundle.load(bundle.folder)
    #expect(try EpochRuntime(bundle: changed, .always).precision == precision)
    let error = #expect(throws: RecognitionError.self) { try EpochRuntime(bundle: changed, .never) }
    #expect(error?.reason == "PROBE_MISMATCH")
  }

  @Test("An epoch in numbers that this processor does not multiply cannot be made here")
  func unsupported() throws {
    for precision in EpochPrecision.allCases where !precision.kernels.isSupported {
      let error = #expect(throws: RecognitionError.self) { try make("a", precision) }
      #expect(error?.reason == "PRECISION_UNSUPPORTED")
    }
    #expect(EpochPrecision.float32.kernels.isSupported)
  }
}
