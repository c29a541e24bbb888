internal import CVoiceKernels

/// Owns zeroed floats, aligned to a cache line, on huge pages when they take more than 1 MB.
package final class AlignedFloats {
  /// The first float.
  package let base: UnsafeMutablePointer<Float>
  /// How many floats there are.
  package let count: Int

  /// Allocates `count` zeroed floats.
  package init(count: Int) {
    guard let memory = vk_allocate(count) else { preconditionFailure("out of memory: \(count) floats") }
    self.base = memory
    self.count = count
  }

  deinit { vk_free(base) }
}
