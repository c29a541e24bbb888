import FoundationEssentials
import TestSupport
import Testing
import VoiceAudio
import VoiceEvaluation
import VoiceModels
import VoiceTensor

/// Needs real speech and the published network beside the package; without them these tests are shown as skipped.
@Suite(
  "The published CAM++ on real speech errs as often as in PyTorch",
  .enabled(if: PackagePaths.shared("data/speech/trials_libri.tsv") != nil, "../shared/data is not at hand"))
struct MetricsRealSpeechTests {
  /// What PyTorch gave, rounded as it was noted.
  struct Figures: Sendable, CustomTestStringConvertible {
    var list: String
    var percent: Double
    var cost: Double
    var threshold: Float
    var testDescription: String { list }
  }

  @Test(
    "Equal error rate within 0.03 %, cost and threshold within the rounding",
    arguments: [
      Figures(list: "trials_libri", percent: 0.57, cost: 0.009, threshold: 0.378),
      Figures(list: "trials_dsp_zh_en", percent: 0.75, cost: 0.049, threshold: 0.452),
    ])
  func figures(expected: Figures) async throws {
    let folder = try #require(PackagePaths.shared("data/speech"))
    let list = try TrialList.pairs(file: "\(folder)/\(expected.list).tsv")
    let rows = try await Self.embeddings(of: list.clips.map { "\(folder)/\($0.path)" })
    let summary = try EvaluationSummary(list.scores(EmbeddingMatrix(rows)))
    #expect(abs(summary.equalErrorRate * 100 - expected.percent) <= 0.03, "\(summary)")
    #expect(abs(summary.minimumCost - expected.cost) <= 0.001, "\(summary)")
    #expect(abs(summary.threshold - expected.threshold) <= 0.001, "\(summary)")
  }

  /// Two utterances at a time: the machine of a test has that many cores.
  private static func embeddings(of paths: [String]) async throws -> [[Float]] {
    let model = URL(filePath: try #require(PackagePaths.shared("models/campplus_cn_en_common.pt")))
    let parameters = try Checkpoint.load(model).parameters
    let configuration = try #require(NetworkConfiguration(recognising: parameters))
    let network = try SpeakerNetwork(configuration: configuration, parameters: parameters)
    let extractor = try FeatureExtractor()
    return try await withThrowingTaskGroup(of: [(Int, [Float])].self) { group in
      for half in 0..<2 {
        group.addTask {
          try stride(from: half, to: paths.count, by: 2).map { index in
            let bytes = try FileBytes.read(paths[index], maximum: 1 << 26)
            let features = try bytes.withUnsafeBytes { try extractor.extract($0).features }
            return (index, try network.embed(features.values, frames: features.frames))
          }
        }
      }
      return try await group.reduce(into: [[Float]](repeating: [], count: paths.count)) { rows, half in
        for (index, row) in half { rows[index] = row }
      }
    }
  }
}
