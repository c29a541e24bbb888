import FoundationEssentials
import TestSupport
import Testing
import VoiceModels
import VoiceTensor

/// The published 3D-Speaker network on real speech, against PyTorch.
/// Needs the folder of data for tests beside the package; without it these tests are shown as skipped.
@Suite(
  "The published CAM++ equals PyTorch's",
  .enabled(if: PackagePaths.shared("models/campplus_golden.npz") != nil, "../shared is not at hand"))
struct CAMPPlusPublishedTests {
  private let network: SpeakerNetwork
  private let clips: [(features: StoredTensor, embedding: [Float])]

  init() throws {
    network = try PublishedNetwork.shared.get()
    let path = try #require(PackagePaths.shared("models/campplus_golden.npz"))
    let archive = try NumpyArchive(contentsOf: URL(filePath: path))
    clips = try (0..<8).map { index in
      (try #require(archive.arrays["\(index)_fbank"]), try #require(archive.arrays["\(index)_embedding"]).values)
    }
  }

  @Test("Voiceprints of eight clips agree within 1e-4 and to a cosine of 0.999999")
  func embeddings() throws {
    for (features, expected) in clips {
      let embedding = try network.embed(features.values, frames: features.shape[0])
      #expect(embedding.count == network.embeddingSize)
      #expect(relativeError(embedding, expected) < 1e-4)
      #expect(cosine(embedding, expected) > 0.999999)
    }
  }

  @Test("A voiceprint is the same to the bit whatever runs beside and before it")
  func invariance() async throws {
    let (network, inputs) = (network, clips.map(\.features))
    let alone = try inputs.map { try network.embed($0.values, frames: $0.shape[0]) }
    try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for round in 0..<3 {
        for index in inputs.indices {
          let clip = (index * 5 + round) % inputs.count
          group.addTask { (clip, try network.embed(inputs[clip].values, frames: inputs[clip].shape[0])) }
        }
      }
      for try await (clip, embedding) in group { #expect(embedding == alone[clip]) }
    }
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}

/// The network, read once for all tests.
private enum PublishedNetwork {
  static let shared = Result {
    let url = URL(filePath: try #require(PackagePaths.shared("models/campplus_cn_en_common.pt")))
    return try SpeakerNetwork(
      configuration: NetworkConfiguration(architecture: "CAMPPlus", inputSize: 80, embeddingSize: 192),
      parameters: try Checkpoint.load(url).parameters)
  }
}
