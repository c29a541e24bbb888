/// Why a gallery could not take or compare a template.
package struct GalleryError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong and what to do.
  package let message: String
  package var description: String { message }

  init(_ message: String) { self.message = message }
}
