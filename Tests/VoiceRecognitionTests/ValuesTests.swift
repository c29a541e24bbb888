import Foundation
import Testing
import VoiceRecognition

@Suite("Names from outside")
struct NamesTests {
  @Test(
    "Any script is taken as it is",
    arguments: ["ann", "Анна", "张三", "../x", "'; DROP TABLE speakers; --", "a b", "🙂"])
  func taken(_ name: String) throws {
    #expect(try SpeakerID(name).value == name)
    #expect(try CollectionName(name).value == name)
  }

  @Test("Empty, overlong and control characters are refused with the field's name")
  func refused() {
    for bad in ["", String(repeating: "x", count: 257), "a\u{0}b", "a\nb", "a\u{2028}b", "\u{7f}"] {
      do {
        _ = try SpeakerID(bad, field: "speaker_id")
        Issue.record("took \(bad.debugDescription)")
      } catch {
        #expect(error.code == .invalidArgument)
        #expect(error.field == "speaker_id")
      }
    }
    #expect(throws: RecognitionError.self) { try CollectionName(String(repeating: "x", count: 129)) }
  }

  @Test("An epoch's name can be a file's", arguments: ["..", ".x", "a/b", "a b", "", "é"])
  func epochs(_ bad: String) {
    #expect(throws: RecognitionError.self) { try EpochName(bad) }
  }
}

@Suite("Voiceprints")
struct VoiceprintTests {
  let epoch = try! EpochName("A-1")
  let other = try! EpochName("B-2")

  @Test("Cosine does not depend on length")
  func cosine() throws {
    let a = Voiceprint(values: [3, 4], epoch: epoch)
    #expect(try abs(a.cosine(to: Voiceprint(values: [30, 40], epoch: epoch)) - 1) < 1e-6)
    #expect(try abs(a.cosine(to: Voiceprint(values: [-4, 3], epoch: epoch))) < 1e-6)
  }

  @Test("Voiceprints of two epochs are never compared")
  func acrossEpochs() {
    let a = Voiceprint(values: [1, 0], epoch: epoch)
    do {
      _ = try a.cosine(to: Voiceprint(values: [1, 0], epoch: other))
      Issue.record("compared across epochs")
    } catch { #expect(error.code == .failedPrecondition && error.reason == "EPOCH_MISMATCH") }
    #expect(throws: RecognitionError.self) { try Template.make(of: [a, Voiceprint(values: [1, 0], epoch: other)]) }
  }

  @Test("What is not finite or has no direction is refused")
  func degenerate() {
    for values: [Float] in [[0, 0], [.nan, 1], [.infinity, 1]] {
      #expect(throws: RecognitionError.self) { try Voiceprint(values: values, epoch: epoch).normalised() }
    }
  }

  @Test("A template is the mean of directions, so a loud recording counts no more than a quiet one")
  func template() throws {
    let made = try Template.make(of: [
      Voiceprint(values: [100, 0], epoch: epoch), Voiceprint(values: [0, 1], epoch: epoch),
    ])
    #expect(abs(made.values[0] - made.values[1]) < 1e-6)
    #expect(abs(made.values[0] - Float(0.5).squareRoot()) < 1e-6)
    #expect(throws: RecognitionError.self) { try Template.make(of: []) }
  }
}

@Suite("Epoch manifest")
struct EpochManifestTests {
  static let sealed = try! EpochManifest(
    architecture: "CAMPPlus", architectureArguments: ["embd_dim": 192], inputSize: 80, embeddingSize: 192,
    frontEnd: FrontEnd(), threshold: 0.5, parameterCount: 7,
    files: EpochManifest.fileNames.map { .init(name: $0, sizeBytes: 3, sha256: String(repeating: "0", count: 64)) }
  ).sealed()

  @Test("A sealed manifest survives JSON, and its name begins with the architecture")
  func roundTrip() throws {
    let again = try EpochManifest(json: Self.sealed.json())
    #expect(again == Self.sealed)
    #expect(again.name.hasPrefix("CAMPPlus-") && again.name.count == 9 + 12)
  }

  @Test("Every change of content changes the fingerprint")
  func fingerprint() throws {
    var changed = Self.sealed
    changed.threshold = 0.6
    #expect(try changed.sealed().fingerprint != Self.sealed.fingerprint)
    changed = Self.sealed
    changed.frontEnd.methodArguments["num_mel_bins"] = "64"
    #expect(try changed.sealed().fingerprint != Self.sealed.fingerprint)
  }

  @Test("The precision is part of the fingerprint; an unknown one, or a fallback to what an epoch is, is refused")
  func precision() throws {
    var changed = Self.sealed
    (changed.precision, changed.float32Fallback) = (.bf16, true)
    let reduced = try changed.sealed()
    #expect(reduced.fingerprint != Self.sealed.fingerprint)
    #expect(try EpochManifest(json: reduced.json()) == reduced)
    changed.float32Fallback = false
    #expect(try changed.sealed().fingerprint != reduced.fingerprint)
    let text = String(decoding: try reduced.json(), as: UTF8.self)
    let unknown = text.replacing("\"bf16\"", with: "\"int3\"")
    #expect(unknown != text)
    #expect(throws: RecognitionError.self) { try EpochManifest(json: Data(unknown.utf8)) }
    for (precision, fallback) in [(EpochPrecision.float32, true), (.bf16, nil)] as [(EpochPrecision, Bool?)] {
      (changed.precision, changed.float32Fallback) = (precision, fallback)
      let json = try changed.sealed().json()
      let error = #expect(throws: RecognitionError.self) { try EpochManifest(json: json) }
      #expect(error?.reason == "BAD_MANIFEST")
    }
  }

  @Test("A manifest that was changed after sealing is refused")
  func tampered() throws {
    var changed = Self.sealed
    changed.threshold = -1
    let json = try changed.json()
    #expect(throws: RecognitionError.self) { try EpochManifest(json: json) }
    #expect(throws: RecognitionError.self) { try EpochManifest(json: Data("{}".utf8)) }
    #expect(throws: RecognitionError.self) { try EpochManifest(json: Data()) }
  }

  @Test("A bundle's files are the two known ones, so no file name reaches a path")
  func fileNames() throws {
    var changed = Self.sealed
    changed.files[0].name = "../../etc/passwd"
    let json = try changed.sealed().json()
    #expect(throws: RecognitionError.self) { try EpochManifest(json: json) }
  }
}
