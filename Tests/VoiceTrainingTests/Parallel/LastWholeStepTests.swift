import TestSupport
import Testing
import VoiceNN
import VoiceTensor

@testable import VoiceTraining

@Suite("The last whole step")
struct LastWholeStepTests {
  private func content(_ step: Int) -> CheckpointFolder.Content {
    let state = TrainingState(
      lastEpoch: 1, epochStep: step, step: step, version: "v", useModel: "TDNN", featureMethod: "Fbank",
      loss: "AAMLoss", seed: 1, margin: 0, plateau: PlateauState())
    return CheckpointFolder.Content(
      parameters: ["w": StoredTensor(shape: [1], values: [Float(step)])], optimizer: [:], state: state)
  }

  @Test("It is saved once, and not at all when there is none")
  func saves() throws {
    let folder = try TemporaryFolder()
    let checkpoints = CheckpointFolder(savePath: folder.path, network: "TDNN", featureMethod: "Fbank")
    let last = LastWholeStep()
    #expect(try last.save() == nil)
    for step in [2, 3] { last.take(checkpoints) { content(step) } }
    let path = try #require(try last.save())
    #expect(path.hasSuffix("epoch_2_step_3"))
    #expect(try CheckpointFolder.read(path).parameters["w"]?.values == [3])
    #expect(try last.save() == path)
    #expect(try last.write { "another" } == "another")
    #expect(try last.save() == "another")
  }
}
