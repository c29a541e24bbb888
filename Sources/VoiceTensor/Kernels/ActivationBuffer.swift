/// Memory for one activation map at a time, with its halo; reused from layer to layer, it stops allocating once it has
/// seen the largest map.
package final class ActivationBuffer {
  private var memory: AlignedFloats

  /// An empty buffer, or one that already holds `capacity` floats.
  package init(capacity: Int = 0) {
    memory = AlignedFloats(count: capacity)
  }

  /// Bytes held.
  package var memoryBytes: Int { memory.count * MemoryLayout<Float>.stride }

  /// Gives the buffer the shape `[height][width][channels]` with a zeroed halo.
  ///
  /// The pixels keep whatever was in the memory; earlier views of the buffer become invalid.
  package func reshape(
    height: Int = 1, width: Int, channels: Int, halo: Halo = .none, pixelPitch: Int? = nil
  ) -> MutableActivationView {
    let pixelPitch = pixelPitch ?? Self.pixelPitch(channels: channels)
    let rowPitch = (halo.left + width + halo.right) * pixelPitch
    let count = (halo.top + height + halo.bottom) * rowPitch
    if count > memory.count { memory = AlignedFloats(count: count) }

    let pixels = memory.base + halo.top * rowPitch + halo.left * pixelPitch
    for y in 0..<height {
      (pixels + y * rowPitch - halo.left * pixelPitch).update(repeating: 0, count: halo.left * pixelPitch)
      (pixels + y * rowPitch + width * pixelPitch).update(repeating: 0, count: halo.right * pixelPitch)
    }
    memory.base.update(repeating: 0, count: halo.top * rowPitch)
    (memory.base + (halo.top + height) * rowPitch).update(repeating: 0, count: halo.bottom * rowPitch)
    return MutableActivationView(
      base: pixels, height: height, width: width, channels: channels, pixelPitch: pixelPitch, rowPitch: rowPitch,
      halo: halo)
  }

  /// Floats between pixels that do not compete for the same cache sets: an odd number of 64-byte lines, from four on.
  package static func pixelPitch(channels: Int) -> Int {
    let line = 16
    guard channels >= 4 * line else { return channels }
    let lines = (channels + line - 1) / line
    return (lines % 2 == 0 ? lines + 1 : lines) * line
  }
}
