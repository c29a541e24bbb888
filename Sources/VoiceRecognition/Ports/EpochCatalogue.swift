/// An epoch as the registry keeps it.
package struct EpochRecord: Sendable, Hashable {
  /// What it is.
  package var manifest: EpochManifest
  /// Its name, checked.
  package var name: EpochName
  /// Whether it is the epoch of new collections.
  package var isDefault: Bool
  /// Whether any collection uses it, or a promotion that is not over may give it to one.
  package var inUse: Bool
  /// When it was published.
  package var createTime: Timestamp
  /// Where it comes from; nil where nobody said.
  package var provenance: EpochProvenance?

  /// A record of its parts; throws `invalidArgument` for an unsealed manifest.
  package init(
    manifest: EpochManifest, isDefault: Bool, inUse: Bool, createTime: Timestamp, provenance: EpochProvenance? = nil
  ) throws(RecognitionError) {
    self.manifest = manifest
    self.name = try manifest.epochName()
    self.isDefault = isDefault
    self.inUse = inUse
    self.createTime = createTime
    self.provenance = provenance
  }
}

/// Tells what epochs there are. All methods throw `RecognitionError`.
package protocol EpochCatalogue: Sendable {
  /// One epoch; nil asks for the default one. Throws `notFound`, and `failedPrecondition` when there is none at all.
  func epoch(_ name: EpochName?) async throws -> EpochRecord
  /// All epochs, newest first.
  func epochs() async throws -> [EpochRecord]
}
