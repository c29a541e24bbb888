import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceTensor

@Suite("Where a checkpoint lies")
struct CheckpointPlaceTests {
  private let network = Safetensors(tensors: [
    "0.layer.weight": StoredTensor(shape: [2], values: [1, 2]), "1.weight": StoredTensor(shape: [1], values: [3]),
  ])

  @Test("A training's folder stands for the file in it, by either name; this system's counts first")
  func folder() throws {
    let folder = try TemporaryFolder()
    let place = URL(filePath: folder.path)
    _ = try folder.write(network.bytes(), to: "model.pth")
    _ = try folder.write("{}".utf8, to: "model.state")
    let read = try Checkpoint.load(place)
    #expect(read.parameters["layer.weight"]?.values == [1, 2] && read.classifier["weight"]?.values == [3])
    let other = Safetensors(tensors: ["layer.weight": StoredTensor(shape: [1], values: [7])])
    _ = try folder.write(other.bytes(), to: "model.safetensors")
    #expect(try Checkpoint.load(place).parameters["layer.weight"]?.values == [7])
  }

  @Test("A folder without either file is refused with what was looked for")
  func empty() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: CheckpointError.self) { try Checkpoint.load(URL(filePath: folder.path)) }
    #expect(error?.message.contains("holds no model.safetensors and no model.pth") == true)
  }
}
