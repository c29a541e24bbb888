internal import Crypto
package import FoundationEssentials
package import VoiceRecognition
internal import VoiceTensor

/// An epoch as files: a folder with `manifest.json`, `weights.safetensors` and `probes.safetensors`, never changed.
package struct EpochBundle: Sendable {
  /// The folder.
  package let folder: URL
  /// What the epoch is.
  package let manifest: EpochManifest

  /// Name of the manifest's file.
  package static let manifestName = "manifest.json"
  /// Name of the file of weights.
  package static let weightsName = "weights.safetensors"
  static let probesName = "probes.safetensors"
  private static let maximumManifestBytes = 1 << 20

  /// Opens a bundle and proves every file by its sum.
  ///
  /// Throws `notFound` when there is no manifest, `invalidArgument` when it is none, `dataLoss` for a file that is
  /// missing or not what the manifest says.
  package static func load(_ folder: URL) throws(RecognitionError) -> EpochBundle {
    let json: [UInt8]
    do {
      json = try FileBytes.read(folder.appending(path: manifestName).path, maximum: maximumManifestBytes)
    } catch {
      throw RecognitionError(.notFound, reason: "NO_EPOCH", "\(folder.path) is no epoch: \(error.message)")
    }
    let bundle = EpochBundle(folder: folder, manifest: try EpochManifest(json: json))
    for file in bundle.manifest.files { try bundle.check(file) }
    return bundle
  }

  /// The place of one of the bundle's files.
  package func url(_ name: String) -> URL { folder.appending(path: name) }

  private func check(_ file: EpochManifest.File) throws(RecognitionError) {
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(url(file.name).path, maximum: file.sizeBytes) } catch {
      throw damaged(error.message)
    }
    let found = Self.describe(file.name, bytes)
    guard found == file else {
      throw damaged("\(file.name) has \(found.sizeBytes) bytes with sum \(found.sha256), not those of the manifest")
    }
  }

  static func describe(_ name: String, _ bytes: [UInt8]) -> EpochManifest.File {
    let sum = SHA256.hash(data: bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    return .init(name: name, sizeBytes: bytes.count, sha256: sum)
  }

  private func damaged(_ what: String) -> RecognitionError {
    RecognitionError(
      .dataLoss, reason: "EPOCH_DAMAGED", "epoch '\(manifest.name)' in \(folder.path): \(what)",
      metadata: ["epoch": manifest.name])
  }
}
