import Testing

@testable import VoiceNN
import VoiceTensor

@Suite("The memory of inference")
struct WorkspaceTests {
  @Test("Memory of a map that is gone serves the next one, and is not taken twice")
  func reuse() {
    let workspace = Workspace()
    let first = workspace.map(height: 1, width: 100, channels: 16)
    let base = first.pixels.base
    let second = workspace.map(height: 1, width: 100, channels: 16)
    #expect(second.pixels.base != base)
    use(first)
    let held = workspace.memoryBytes
    #expect(held == 0)
    use(second)
  }

  @Test("A workspace stops growing after the first of like utterances")
  func steady() {
    let workspace = Workspace()
    func layers() {
      var map = workspace.map(height: 1, width: 100, channels: 16)
      for channels in [64, 32, 128, 8] { map = workspace.map(height: 1, width: 100, channels: channels) }
      use(map)
    }
    layers()
    layers()
    let held = workspace.memoryBytes
    #expect(held > 0)
    for _ in 0..<5 { layers() }
    #expect(workspace.memoryBytes == held)
  }

  @Test("A reused map has a clean halo")
  func halo() {
    let workspace = Workspace()
    do {
      let dirty = workspace.map(height: 1, width: 40, channels: 2)
      dirty.forEachPixel { $0.update(repeating: .nan, count: 2) }
      use(dirty)
    }
    let map = workspace.map(height: 2, width: 3, channels: 2, halo: Extent(height: 1, width: 2))
    let first = map.pixels.base - map.view.rowPitch - 2 * map.view.pixelPitch
    for row in 0..<4 {
      for column in 0..<7 where !((1...2).contains(row) && (2...4).contains(column)) {
        let pixel = first + row * map.view.rowPitch + column * map.view.pixelPitch
        #expect(pixel[0] == 0 && pixel[1] == 0)
      }
    }
    use(map)
  }

  private func use(_ map: ActivationMap) { withExtendedLifetime(map) {} }
}
