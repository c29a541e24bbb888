internal import VoiceTensor

/// Up to `capacity` templates in 8 bits a value, whose they are, and where they lie in full precision.
///
/// A chunk that a search may be reading is never changed: the gallery copies it first.
final class GalleryChunk: @unchecked Sendable {  // owns raw memory; changed only while uniquely referenced
  /// Templates of a chunk: 768 KiB at 192 values, so that a copy costs some 100 µs and a scan streams.
  static let capacity = 4096
  private static let block = SearchKernels.block

  /// A template in 8 bits a value.
  struct Code {
    let values: [Int8]
    let scale: Float
    /// Length of what the 8 bits leave out.
    let error: Double
    /// Length of what they hold.
    let norm: Double

    /// Throws for values that are not finite.
    init(_ template: [Float]) throws(GalleryError) {
      var form: (scale: Float, error: Double, norm: Double) = (0, 0, 0)
      values = [Int8](unsafeUninitializedCapacity: template.count) { codes, count in
        template.withUnsafeBufferPointer { template in
          guard let source = template.baseAddress, let target = codes.baseAddress else { return }
          form = SearchKernels.best.quantise(source, count: template.count, into: target)
        }
        count = template.count
      }
      (scale, error, norm) = form
      guard norm.isFinite else { throw GalleryError("a template has a value that is not finite") }
    }
  }

  /// Pairs of values of a template, the last one filled with a zero where the dimension is odd.
  let pairs: Int
  /// Whose the templates are, in the rows' order.
  private(set) var people: [GalleryPerson] = []
  /// Where the rows lie in full precision.
  private(set) var slots: [UInt32] = []
  /// No template has a larger error or norm; those that went may still count.
  private(set) var largestError = 0.0
  private(set) var largestNorm = 0.0
  /// `[blocks][pairs][block][2]`.
  let codes: UnsafeMutablePointer<Int8>
  /// `[capacity]`.
  let scales: UnsafeMutablePointer<Float>

  init(dimension: Int) {
    pairs = (dimension + 1) / 2
    let bytes = Self.capacity * pairs * 2
    codes = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).bindMemory(to: Int8.self, capacity: bytes)
    scales = .allocate(capacity: Self.capacity)
  }
  deinit {
    codes.deallocate()
    scales.deallocate()
  }

  var count: Int { people.count }
  var isFull: Bool { count == Self.capacity }
  /// Blocks that hold a template; the rest of the last one is zeros.
  var blocks: Int { (count + Self.block - 1) / Self.block }

  func copy() -> GalleryChunk {
    let other = GalleryChunk(dimension: pairs * 2)
    other.codes.update(from: codes, count: blocks * blockBytes)
    other.scales.update(from: scales, count: blocks * Self.block)
    (other.people, other.slots) = (people, slots)
    (other.largestError, other.largestNorm) = (largestError, largestNorm)
    return other
  }

  func append(_ person: GalleryPerson, _ code: Code, slot: Int) {
    if count % Self.block == 0 {
      // A new block is all zeros, so that rows without a template score nothing.
      (codes + blocks * blockBytes).update(repeating: 0, count: blockBytes)
      (scales + count).update(repeating: 0, count: Self.block)
    }
    people.append(person)
    slots.append(UInt32(slot))
    write(code, at: count - 1)
  }

  func replace(at row: Int, _ person: GalleryPerson, _ code: Code, slot: Int) {
    people[row] = person
    slots[row] = UInt32(slot)
    write(code, at: row)
  }

  /// Puts the last template of a chunk, which may be this one, in the place of `row`.
  func replace(at row: Int, byLastOf other: GalleryChunk) {
    let last = other.count - 1
    people[row] = other.people[last]
    slots[row] = other.slots[last]
    let (source, target) = (other.place(last), place(row))
    for pair in 0..<pairs {
      for half in 0..<2 { target[pair * 2 * Self.block + half] = source[pair * 2 * Self.block + half] }
    }
    scales[row] = other.scales[last]
    largestError = max(largestError, other.largestError)
    largestNorm = max(largestNorm, other.largestNorm)
  }

  func removeLast() {
    people.removeLast()
    slots.removeLast()
    // What stays behind in the block must not be found.
    scales[count] = 0
  }

  private var blockBytes: Int { pairs * 2 * Self.block }

  /// Where the first two values of a row lie; the next two are `2 · block` further on.
  private func place(_ row: Int) -> UnsafeMutablePointer<Int8> {
    codes + row / Self.block * blockBytes + row % Self.block * 2
  }

  private func write(_ code: Code, at row: Int) {
    let target = place(row)
    code.values.withUnsafeBufferPointer { values in
      for index in values.indices { target[index / 2 * 2 * Self.block + index % 2] = values[index] }
    }
    scales[row] = code.scale
    largestError = max(largestError, code.error)
    largestNorm = max(largestNorm, code.norm)
  }
}
