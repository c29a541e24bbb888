internal import Crypto
package import FoundationEssentials

extension EpochManifest {
  /// The manifest as JSON with sorted keys, which is also its canonical form.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  /// Reads a manifest and proves that it is whole.
  ///
  /// Throws `invalidArgument` for what is no manifest, an unknown version or a fingerprint that does not fit.
  package init(json: some DataProtocol) throws(RecognitionError) {
    do {
      self = try JSONDecoder().decode(EpochManifest.self, from: Data(json))
    } catch {
      throw .invalid("manifest_json", "is not the manifest of an epoch: \(error)", reason: "BAD_MANIFEST")
    }
    guard formatVersion == 1 else {
      throw .invalid(
        "manifest_json", "has format version \(formatVersion), this program reads 1", reason: "BAD_MANIFEST")
    }
    guard (float32Fallback == nil) == (precision == .float32) else {
      throw .invalid(
        "manifest_json", "float32_fallback is for epochs of another precision than float32, and for all of them",
        reason: "BAD_MANIFEST")
    }
    let expected = try sealed()
    guard fingerprint == expected.fingerprint, name == expected.name else {
      throw .invalid(
        "manifest_json", "the fingerprint is not that of the content: the manifest was changed or damaged",
        reason: "BAD_MANIFEST")
    }
    _ = try EpochName(name, field: "manifest_json.name")
    for file in files {
      guard Self.fileNames.contains(file.name), file.sizeBytes >= 0 else {
        throw .invalid("manifest_json.files", "'\(file.name)' is no file of a bundle", reason: "BAD_MANIFEST")
      }
    }
    guard files.count == Self.fileNames.count, Set(files.map(\.name)).count == files.count else {
      throw .invalid(
        "manifest_json.files", "must be \(Self.fileNames.joined(separator: " and "))", reason: "BAD_MANIFEST")
    }
  }

  /// The files of a bundle besides the manifest itself, in the order they travel.
  package static let fileNames = ["weights.safetensors", "probes.safetensors"]

  /// The same manifest with the fingerprint and name that its content gives it.
  package func sealed() throws(RecognitionError) -> EpochManifest {
    var content = self
    content.name = ""
    content.fingerprint = ""
    let bytes: Data
    do { bytes = try content.json() } catch {
      throw .invalid("manifest_json", "cannot be written as JSON: \(error)", reason: "BAD_MANIFEST")
    }
    content.fingerprint = SHA256.hash(data: bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    content.name = "\(architecture)-\(content.fingerprint.prefix(12))"
    return content
  }

  /// The name as a checked value. Throws `invalidArgument` when the manifest was not sealed.
  package func epochName() throws(RecognitionError) -> EpochName { try EpochName(name) }
}
