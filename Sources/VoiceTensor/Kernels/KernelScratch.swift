/// Working memory of the kernels: one for each worker, passed to every call. It grows to the largest need and stays.
package final class KernelScratch {
  private let padded = ActivationBuffer()
  private var memory = AlignedFloats(count: 0)

  /// Scratch that holds nothing yet.
  package init() {}

  /// Bytes held.
  package var memoryBytes: Int { padded.memoryBytes + memory.count * MemoryLayout<Float>.stride }

  /// At least `count` floats of any content, until the next call.
  func floats(count: Int) -> UnsafeMutablePointer<Float> {
    if count > memory.count { memory = AlignedFloats(count: count) }
    return memory.base
  }

  /// A copy of `input` with a zero halo.
  func padding(_ input: ActivationView, halo: Halo) -> ActivationView {
    let copy = padded.reshape(
      height: input.height, width: input.width, channels: input.channels, halo: halo, pixelPitch: input.channels)
    for y in 0..<input.height {
      let row = input.base + y * input.rowPitch
      let target = copy.base + y * copy.view.rowPitch
      for x in 0..<input.width {
        (target + x * input.channels).update(from: row + x * input.pixelPitch, count: input.channels)
      }
    }
    return copy.view
  }
}
