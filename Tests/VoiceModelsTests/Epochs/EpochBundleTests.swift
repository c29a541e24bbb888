import FoundationEssentials
import TestSupport
import Testing
import VoiceRecognition
import VoiceTensor

@testable import VoiceModels

@Suite("Bundles of epochs")
struct EpochBundleTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func url(_ name: String) -> URL { URL(filePath: folder.file(name), directoryHint: .isDirectory) }

  private let small = SmallNetwork()
  private let frontEnd = FrontEnd(methodArguments: ["num_mel_bins": "16"])

  /// A bundle of the small network; `retrained` has one weight of another value.
  private func make(_ name: String, retrained: Bool = false, threshold: Double = 0.5) throws -> EpochBundle {
    var parameters = small.parameters
    if retrained { parameters["head.conv1.weight"]?.values[0] += 0.5 }
    return try EpochBundle.make(
      in: url(name), network: small.configuration, parameters: parameters, frontEnd: frontEnd, threshold: threshold,
      licence: "none", source: "a test")
  }

  @Test("A bundle is named after its content, opened again and makes the network's voiceprints")
  func roundTrip() throws {
    let bundle = try make("a/b")
    let manifest = bundle.manifest
    #expect(manifest.name == "CAMPPlus-\(manifest.fingerprint.prefix(12))")
    #expect(manifest.architectureArguments == small.configuration.arguments)
    #expect(manifest.embeddingSize == 6 && manifest.inputSize == 16)
    #expect(try EpochBundle.load(url("a/b")).manifest == manifest)

    let features = FeatureMatrix(values: small.features(frames: 40), frames: 40, bins: 16)
    let runtime = try EpochRuntime(bundle: bundle)
    let expected = try small.speaker().embed(features.values, frames: 40)
    #expect(try runtime.embed(features) == expected)
    #expect(runtime.memoryBytes > 0)
    let wrong = FeatureMatrix(values: features.values, frames: 64, bins: 10)
    let error = #expect(throws: RecognitionError.self) { try runtime.embed(wrong) }
    #expect(error?.code == .invalidArgument)
  }

  @Test("The same content gives the same epoch, other weights or another threshold another one")
  func identity() throws {
    let name = try make("a").manifest.name
    #expect(try make("b").manifest.name == name)
    #expect(try make("c", retrained: true).manifest.name != name)
    #expect(try make("d", threshold: 0.6).manifest.name != name)
  }

  @Test("A folder with the same epoch is left alone, one with anything else is refused")
  func takenFolder() throws {
    let first = try make("a")
    #expect(try make("a").manifest == first.manifest)
    let error = #expect(throws: RecognitionError.self) { try make("a", retrained: true) }
    #expect(error?.code == .alreadyExists)
    #expect(try EpochBundle.load(url("a")).manifest == first.manifest)
    try FileManager.default.createDirectory(at: url("empty"), withIntermediateDirectories: false)
    #expect(try make("empty").manifest == first.manifest)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "empty"])
  }

  @Test("Missing, extra and misshapen parameters are all named, and nothing is left behind")
  func strictness() throws {
    var parameters = small.parameters
    parameters["head.conv1.weight"] = nil
    parameters["head.conv9.weight"] = StoredTensor(shape: [1], values: [0])
    parameters["head.bn1.bias"] = StoredTensor(shape: [3], values: [0, 0, 0])
    let error = #expect(throws: NetworkError.self) {
      try EpochBundle.make(
        in: url("x"), network: small.configuration, parameters: parameters, frontEnd: frontEnd, threshold: 0.5)
    }
    for key in ["head.conv1.weight", "head.conv9.weight", "head.bn1.bias"] {
      #expect(error?.message.contains(key) == true, "\(key): \(error?.message ?? "")")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(throws: RecognitionError.self) { try make("y", threshold: .nan) }
  }

  @Test("A bundle with a changed, shortened or missing file is refused by name", arguments: EpochManifest.fileNames)
  func damage(file: String) throws {
    let bundle = try make("a")
    let bytes = Array(try Data(contentsOf: bundle.url(file)))
    var changed = bytes
    changed[bytes.count / 2] ^= 1
    for damaged in [changed, Array(bytes.dropLast()), bytes + [0]] {
      try Data(damaged).write(to: bundle.url(file))
      let error = #expect(throws: RecognitionError.self) { try EpochBundle.load(bundle.folder) }
      #expect(error?.code == .dataLoss)
      #expect(error?.message.contains(file) == true)
    }
    try FileManager.default.removeItem(at: bundle.url(file))
    #expect(throws: RecognitionError.self) { try EpochBundle.load(bundle.folder) }
  }

  @Test("A changed manifest, and a folder without one, are refused")
  func manifest() throws {
    let bundle = try make("a")
    let path = bundle.url(EpochBundle.manifestName)
    let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
    try Data(text.replacing("0.5", with: "0.4").utf8).write(to: path)
    let error = #expect(throws: RecognitionError.self) { try EpochBundle.load(bundle.folder) }
    #expect(error?.reason == "BAD_MANIFEST")
    let missing = #expect(throws: RecognitionError.self) { try EpochBundle.load(url("nowhere")) }
    #expect(missing?.code == .notFound)
  }

  @Test("An epoch whose probe vectors do not come out again is refused, however right its sums are")
  func probes() throws {
    let bundle = try make("a")
    var probes = try ProbeSet(
      Safetensors(contentsOf: bundle.url(EpochBundle.probesName)), manifest: bundle.manifest)
    #expect(probes.probes.map(\.features.frames) == [200, 57])
    probes.probes[1].embedding[0] *= 1.05
    let bytes = probes.file.bytes()
    try Data(bytes).write(to: bundle.url(EpochBundle.probesName))
    var manifest = bundle.manifest
    manifest.files[1] = EpochBundle.describe(EpochBundle.probesName, bytes)
    try manifest.sealed().json().write(to: bundle.url(EpochBundle.manifestName))

    let changed = try EpochBundle.load(bundle.folder)
    let error = #expect(throws: RecognitionError.self) { try EpochRuntime(bundle: changed) }
    #expect(error?.reason == "PROBE_MISMATCH")
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("probe vector 1") == true)
  }
}
