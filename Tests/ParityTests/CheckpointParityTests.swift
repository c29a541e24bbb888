import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceTensor

/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite("Checkpoints that PyTorch wrote")
struct CheckpointParityTests {
  private func load(_ path: String) throws -> Checkpoint {
    try Checkpoint.load(URL(filePath: try #require(PackagePaths.shared(path))))
  }

  @Test(
    "The published CAM++ is read whole: 937 tensors, 6,848,544 trained values, the sums that NumPy gives",
    .enabled(if: PackagePaths.shared("models/campplus_cn_en_common.pt") != nil, "../shared/models is not at hand"))
  func published() throws {
    let checkpoint = try load("models/campplus_cn_en_common.pt")
    #expect(checkpoint.parameters.count == 937)
    #expect(checkpoint.classifier.isEmpty)
    let trained = checkpoint.parameters.filter { name, _ in
      !name.hasSuffix("running_mean") && !name.hasSuffix("running_var") && !name.hasSuffix("num_batches_tracked")
    }
    #expect(trained.values.reduce(0) { $0 + $1.values.count } == 6_848_544)
    let sum = trained.values.reduce(0) { $0 + $1.values.reduce(0.0) { $0 + Double($1) } }
    let squares = trained.values.reduce(0) { $0 + $1.values.reduce(0.0) { $0 + Double($1) * Double($1) } }
    #expect(abs(sum - 15287.666341) < 1e-3)
    #expect(abs(squares - 166042.726501) < 1e-3)
    let dense = try #require(checkpoint.parameters["xvector.dense.linear.weight"])
    #expect(dense.shape == [192, 1024, 1])
    #expect(dense.values[0] == -0x1.d253acp-4)
    #expect(dense.values.last == -0x1.b79d38p-7)
  }

  @Test(
    "mvector's training checkpoints are read: backbone apart from classifier",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"),
    arguments: [("105", 198), ("111", 231)])
  func trained(version: String, tensors: Int) throws {
    let checkpoint = try load("golden/checkpoint_\(version)_EcapaTdnn_Fbank/last_model/model.pth")
    #expect(checkpoint.parameters.count == tensors)
    #expect(checkpoint.classifier["weight"]?.shape == [4, 24])
    #expect(checkpoint.parameters.values.allSatisfy { $0.values.allSatisfy(\.isFinite) })
  }

  @Test(
    "An optimiser's file is no state_dict and says so",
    .enabled(if: PackagePaths.shared != nil, "../shared is not at hand"))
  func optimiser() {
    let error = #expect(throws: CheckpointError.self) {
      try load("golden/checkpoint_105_EcapaTdnn_Fbank/last_model/optimizer.pth")
    }
    #expect(error?.message.contains("'state' is a dict, not a tensor") == true, "\(error?.message ?? "")")
  }
}
