/// Where a gallery keeps its templates in full precision, by slot.
///
/// A slot is written before anyone is told of it, and again only when nobody reads it any more: both are the gallery's
/// business, so that rows need no lock of their own.
protocol TemplateRows: Sendable {
  /// Writes templates, `[dimension]` each, to slots from `first` on.
  func write(_ templates: [[Float]], from first: Int) throws(GalleryError)
  /// The template of a slot.
  func template(at slot: Int) throws(GalleryError) -> [Float]
}
