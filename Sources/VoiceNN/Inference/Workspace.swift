internal import VoiceTensor

/// Memory of one worker for running networks: maps of earlier layers are reused for later ones.
///
/// Unchecked: it owns raw memory; whoever takes a workspace is its only user until it gives it back.
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
    var choice: (index: Int, bytes: Int)?
    for (index, buffer) in free.enumerated() {
      let (candidate, current) = (buffer.memoryBytes, choice?.bytes ?? -1)
      let isBetter = current < bytes ? candidate > current : (bytes..<current).contains(candidate)
      if isBetter { choice = (index, candidate) }
    }
    return choice.map { free.remove(at: $0.index) } ?? ActivationBuffer()
  }
}

/// A buffer that goes back to its workspace when nobody holds it any more.
final class PooledMemory {
  let buffer: ActivationBuffer
  private let workspace: Workspace

  fileprivate init(_ buffer: ActivationBuffer, workspace: Workspace) {
    self.buffer = buffer
    self.workspace = workspace
  }

  deinit { workspace.free.append(buffer) }
}
