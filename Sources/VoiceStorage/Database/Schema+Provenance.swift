extension Schema {
  /// Kept beside the manifest, whose fingerprint it does not change.
  static let provenance = "ALTER TABLE epochs ADD COLUMN provenance jsonb;"

  static let autoPromotion = "ALTER TABLE jobs ADD COLUMN auto_promotion jsonb;"
}
