/// Lays the packed weights of a network's layers side by side, in the order in which the layers are made.
///
/// A network that runs its layers in that order reads one forward stream: each convolution fetches the weights of those
/// that follow, small ones included, and large chunks lie on huge pages. The memory lives as long as a layer in it.
package final class WeightArena {
  /// Two huge pages; a larger layer gets a chunk of its own.
  private static let chunkFloats = (4 << 20) / MemoryLayout<Float>.stride

  private var chunk = AlignedFloats(count: 0)
  private var used = 0

  /// An empty arena.
  package init() {}

  /// The next `count` zeroed floats, aligned to a cache line.
  func take(count: Int) -> PackedWeights {
    if used + count > chunk.count {
      chunk = AlignedFloats(count: max(count, Self.chunkFloats))
      used = 0
    }
    defer { used += (count + 15) / 16 * 16 }
    return PackedWeights(owner: chunk, offset: used, count: count)
  }
}

/// The packed weights of one layer: a piece of memory that may hold those of other layers too.
struct PackedWeights {
  private let owner: AlignedFloats
  private let offset: Int
  let count: Int

  fileprivate init(owner: AlignedFloats, offset: Int, count: Int) {
    self.owner = owner
    self.offset = offset
    self.count = count
  }

  /// Memory of its own.
  init(count: Int) {
    self.init(owner: AlignedFloats(count: count), offset: 0, count: count)
  }

  var base: UnsafeMutablePointer<Float> { owner.base + offset }

  /// How many floats from `base` may be fetched: what is in the memory, within the share of the second-level cache that
  /// a convolution leaves to those that follow.
  var countToFetch: Int { min(owner.count - offset, (160 << 10) / MemoryLayout<Float>.stride) }
}
