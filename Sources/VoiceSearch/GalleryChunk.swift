internal import VoiceTensor

/// Up to `capacity` templates, one after the other, and whose they are.
///
/// A chunk that a search may be reading is never changed: the gallery copies it first.
final class GalleryChunk: @unchecked Sendable {  // owns raw memory; changed only while uniquely referenced
  /// Rows of a chunk: 768 KiB at 192 values, so that a copy costs some 100 µs and a scan streams.
  static let capacity = 1024

  /// Values of a template.
  let dimension: Int
  /// Floats from one row to the next, a multiple of 16.
  let stride: Int
  /// Whose the rows are, in the rows' order.
  private(set) var people: [GalleryPerson] = []
  private let memory: AlignedFloats

  init(dimension: Int) {
    self.dimension = dimension
    stride = (dimension + 15) / 16 * 16
    memory = AlignedFloats(count: Self.capacity * stride)
  }

  /// The templates, `[capacity, stride]`, aligned to 64 bytes.
  var rows: UnsafeMutablePointer<Float> { memory.base }

  var isFull: Bool { people.count == Self.capacity }

  func copy() -> GalleryChunk {
    let other = GalleryChunk(dimension: dimension)
    other.rows.update(from: rows, count: people.count * stride)
    other.people = people
    return other
  }

  func append(_ person: GalleryPerson, _ template: [Float]) {
    people.append(person)
    write(template, at: people.count - 1)
  }

  func replace(at row: Int, _ person: GalleryPerson, _ template: [Float]) {
    people[row] = person
    write(template, at: row)
  }

  /// The template of a row, `[dimension]`.
  func template(at row: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: rows + row * stride, count: dimension)
  }

  func removeLast() { people.removeLast() }

  private func write(_ template: [Float], at row: Int) {
    precondition(template.count == dimension, "a template of \(template.count) values in a gallery of \(dimension)")
    for (index, value) in template.enumerated() { rows[row * stride + index] = value }
  }
}
