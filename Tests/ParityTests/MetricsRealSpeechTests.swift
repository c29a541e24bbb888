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
  /// What PyTorch gave, rounded as it was noted: error rate in %, least cost, threshold.
  struct Figures: Sendable, CustomTestStringConvertible {
    var list: String
    var plain: (percent: Double, cost: Double, threshold: Float)
    var centred: (percent: Double, cost: Double, threshold: Float)
    var testDescription: String { list }
  }

  @Test(
    "Plain and after the list's centre is taken off, all figures are equal but for their rounding",
    arguments: [
      Figures(list: "trials_libri", plain: (0.57, 0.009, 0.378), centred: (0.47, 0.009, 0.327)),
      Figures(list: "trials_dsp_zh_en", plain: (0.75, 0.049, 0.452), centred: (0.42, 0.015, 0.277)),
    ])
  func figures(expected: Figures) async throws {
    // These figures were made without bringing clips to one level.
    let list = try TrialList.pairs(file: Self.folder() + "/\(expected.list).tsv")
    let rows = try await Self.embeddings(list, useDBNormalization: false)
    for (figures, centre) in [
      (expected.plain, nil), (expected.centred, try EmbeddingMatrix.centre(rows)),
    ] {
      let summary = try EvaluationSummary(list.scores(EmbeddingMatrix(rows, centre: centre)))
      #expect(abs(summary.equalErrorRate * 100 - figures.percent) <= 0.006, "\(summary)")
      #expect(abs(summary.minimumCost - figures.cost) <= 0.0006, "\(summary)")
      #expect(abs(summary.threshold - figures.threshold) <= 0.001, "\(summary)")
    }
  }

  @Test(
    "Every enrolment against every trial gives PyTorch's figures",
    arguments: [("libri", 0.461, 0.0092, 0.365), ("dsp", 0.966, 0.0739, 0.441)])
  func product(name: String, percent: Double, cost: Double, threshold: Float) async throws {
    let lists = try ["enroll", "trials"].map { try Self.folder() + "/\(name)_\($0)_list.txt" }
    let list = try TrialList.product(enrolFile: lists[0], testFile: lists[1])
    let rows = try await Self.embeddings(list, useDBNormalization: false)
    let summary = try EvaluationSummary(list.scores(EmbeddingMatrix(rows)))
    #expect(abs(summary.equalErrorRate * 100 - percent) <= 0.0006, "\(summary)")
    #expect(abs(summary.minimumCost - cost) <= 0.00006, "\(summary)")
    #expect(abs(summary.threshold - threshold) <= 0.001, "\(summary)")
  }

  @Test("Bringing clips to one level, mvector's default, changes little")
  func normalisedLevel() async throws {
    let list = try TrialList.pairs(file: Self.folder() + "/trials_libri.tsv")
    let rows = try await Self.embeddings(list, useDBNormalization: true)
    let summary = try EvaluationSummary(list.scores(EmbeddingMatrix(rows)))
    #expect(abs(summary.equalErrorRate * 100 - 0.57) <= 0.03, "\(summary)")
  }

  static func folder() throws -> String { try #require(PackagePaths.shared("data/speech")) }

  /// The embeddings of a list's clips, made two at a time: the machine of a test has that many cores.
  private static func embeddings(_ list: TrialList, useDBNormalization: Bool) async throws -> [[Float]] {
    try await embeddings(list.clips.map(\.path), useDBNormalization: useDBNormalization, .float32)
  }

  /// The embeddings of clips, in a precision.
  static func embeddings(
    _ clips: [String], useDBNormalization: Bool, _ precision: KernelPrecision
  ) async throws -> [[Float]] {
    let folder = try folder()
    let paths = clips.map { "\(folder)/\($0)" }
    let model = URL(filePath: try #require(PackagePaths.shared("models/campplus_cn_en_common.pt")))
    let parameters = try Checkpoint.load(model).parameters
    let configuration = try #require(NetworkConfiguration(recognising: parameters))
    let network = try SpeakerNetwork(
      configuration: configuration, parameters: parameters, precision: precision)
    let extractor = try FeatureExtractor(FrontEndConfiguration(useDBNormalization: useDBNormalization))
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
