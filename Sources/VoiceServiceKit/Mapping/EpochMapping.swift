internal import FoundationEssentials
package import VoiceMessages
package import VoiceRecognition

extension RegistryV1.Epoch {
  /// The wire's form of an epoch. Throws `invalidArgument` for a manifest that cannot be written as JSON.
  package init(_ record: EpochRecord) throws(RecognitionError) {
    self.init()
    let manifest = record.manifest
    epoch = record.name.value
    fingerprint = manifest.fingerprint
    frontEnd = .init(manifest.frontEnd)
    embeddingSize = UInt32(clamping: manifest.embeddingSize)
    threshold = manifest.threshold
    isDefault = record.isDefault
    inUse = record.inUse
    createTime = .init(record.createTime)
    provenance = record.provenance.map { .init($0) }
    precision = manifest.precision.rawValue
    float32Fallback = manifest.float32Fallback ?? false
    do { manifestJson = String(decoding: try manifest.json(), as: UTF8.self) } catch {
      throw .invalid("manifest_json", "cannot be written: \(error)", reason: "BAD_MANIFEST")
    }
  }
}

extension EpochRecord {
  /// An epoch from the wire; throws `invalidArgument` when its manifest is not whole.
  package init(_ message: RegistryV1.Epoch) throws(RecognitionError) {
    var provenance: EpochProvenance?
    if let message = message.provenance { provenance = try EpochProvenance(message) }
    try self.init(
      manifest: EpochManifest(json: Array(message.manifestJson.utf8)), isDefault: message.isDefault,
      inUse: message.inUse, createTime: Timestamp(message.createTime), provenance: provenance)
  }
}
