internal import VoiceTensor

/// The activations of one utterance, in memory that goes back to its workspace when the last map of it is gone.
package struct ActivationMap {
  private let memory: PooledMemory
  /// The pixels; good as long as the map lives.
  let pixels: MutableActivationView
  /// Channels that the memory has room for.
  let room: Int

  init(memory: PooledMemory, pixels: MutableActivationView, room: Int) {
    self.memory = memory
    self.pixels = pixels
    self.room = room
  }

  var view: ActivationView { pixels.view }
  var height: Int { view.height }
  var width: Int { view.width }
  var channels: Int { view.channels }

  /// The same memory seen with more channels.
  func grown(to channels: Int) -> ActivationMap {
    precondition(channels <= room, "a map with room for \(room) channels cannot grow to \(channels)")
    let pixels = MutableActivationView(
      base: pixels.base, height: height, width: width, channels: channels, pixelPitch: view.pixelPitch,
      rowPitch: view.rowPitch, halo: view.halo)
    return ActivationMap(memory: memory, pixels: pixels, room: room)
  }

  /// The same memory seen with some of its channels only.
  func channels(_ range: Range<Int>) -> ActivationMap {
    ActivationMap(memory: memory, pixels: pixels.channels(range), room: range.count)
  }

  /// Calls `body` for each pixel with its first value.
  func forEachPixel(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    for row in 0..<height {
      for column in 0..<width { body(pixels.base + row * view.rowPitch + column * view.pixelPitch) }
    }
  }
}
