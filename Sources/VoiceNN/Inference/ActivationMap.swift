import VoiceTensor

/// The activations of one utterance, in memory that goes back to its workspace when the last map of it is gone.
package struct ActivationMap {
  private let memory: PooledMemory
  /// The pixels; good as long as the map lives.
  let pixels: MutableActivationView
  /// Channels that the memory has room for.
  let room: Int

  fileprivate init(memory: PooledMemory, pixels: MutableActivationView, room: Int) {
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

  /// Calls `body` for each pixel with its first value.
  func forEachPixel(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    for row in 0..<height {
      for column in 0..<width { body(pixels.base + row * view.rowPitch + column * view.pixelPitch) }
    }
  }
}

/// Memory of one worker for running networks: maps of earlier layers are reused for later ones.
// Unchecked: owns raw memory. Whoever takes it from a `WorkspacePool` is its only user until it is given back.
package final class Workspace: @unchecked Sendable {
  let scratch = KernelScratch()
  fileprivate var free: [ActivationBuffer] = []

  /// A workspace that holds nothing yet.
  package init() {}

  /// Bytes held while no map is in use.
  package var memoryBytes: Int { scratch.memoryBytes + free.reduce(0) { $0 + $1.memoryBytes } }

  /// A map with a zero halo and undefined pixels.
  func map(
    height: Int, width: Int, channels: Int, halo: Extent = Extent(height: 0, width: 0), room: Int = 0
  ) -> ActivationMap {
    let room = max(room, channels)
    let pitch = ActivationBuffer.pixelPitch(channels: room)
    let count = (height + 2 * halo.height) * (width + 2 * halo.width) * pitch
    let memory = PooledMemory(take(bytes: count * MemoryLayout<Float>.stride), workspace: self)
    let pixels = memory.buffer.reshape(
      height: height, width: width, channels: channels, halo: Halo(height: halo.height, width: halo.width),
      pixelPitch: pitch)
    return ActivationMap(memory: memory, pixels: pixels, room: room)
  }

  /// The smallest free buffer that is large enough, or the largest one, which will grow.
  private func take(bytes: Int) -> ActivationBuffer {
    let fitting = free.indices.filter { free[$0].memoryBytes >= bytes }
    let choice =
      fitting.min { free[$0].memoryBytes < free[$1].memoryBytes }
      ?? free.indices.max { free[$0].memoryBytes < free[$1].memoryBytes }
    return choice.map { free.remove(at: $0) } ?? ActivationBuffer()
  }
}

private final class PooledMemory {
  let buffer: ActivationBuffer
  private let workspace: Workspace

  init(_ buffer: ActivationBuffer, workspace: Workspace) {
    self.buffer = buffer
    self.workspace = workspace
  }

  deinit { workspace.free.append(buffer) }
}
