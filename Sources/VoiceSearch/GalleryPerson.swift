/// Someone in a gallery.
package struct GalleryPerson: Sendable, Hashable {
  /// The number the gallery knows the person by: identifiers are compared byte by byte, which `String` does not do.
  package var key: Int64
  /// The caller's identifier.
  package var speaker: String
  /// A name for people to read.
  package var displayName: String

  /// Someone in a gallery.
  package init(key: Int64, speaker: String, displayName: String) {
    self.key = key
    self.speaker = speaker
    self.displayName = displayName
  }
}
