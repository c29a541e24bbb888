import TestSupport
import Testing
import VoiceEvaluation
import VoiceTensor

/// Needs real speech and the published network beside the package; without them these tests are shown as skipped.
@Suite(
  "The published CAM++ in fewer bits is the same network",
  .enabled(if: PackagePaths.shared("data/speech/libri_trials_list.txt") != nil, "../shared/data is not at hand"),
  .enabled(if: KernelPrecision.supported.count > 1, "this processor multiplies float32 alone"))
struct ReducedPrecisionTests {
  static let precisions = KernelPrecision.supported.filter { $0 != .float32 }

  @Test(
    "The worst of the lists' clips keeps a cosine of 0.999 to float32, and the error rates stay within 0.1 %",
    arguments: precisions)
  func sameVoices(precision: KernelPrecision) async throws {
    var clips = 0
    for name in ["libri", "dsp"] {
      let folder = try MetricsRealSpeechTests.folder()
      let lists = ["enroll", "trials"].map { "\(folder)/\(name)_\($0)_list.txt" }
      let list = try TrialList.product(enrolFile: lists[0], testFile: lists[1])
      let paths = list.clips.map(\.path)
      let exact = try await MetricsRealSpeechTests.embeddings(paths, useDBNormalization: true, .float32)
      let rounded = try await MetricsRealSpeechTests.embeddings(paths, useDBNormalization: true, precision)
      let cosines = zip(exact, rounded).map(Self.cosine)
      let worst = try #require(cosines.min())
      #expect(worst >= 0.999, "\(name): \(worst)")
      #expect(worst < 1, "\(name): nothing was rounded")
      let rates = try [exact, rounded].map {
        try EvaluationSummary(list.scores(EmbeddingMatrix($0))).equalErrorRate * 100
      }
      #expect(abs(rates[0] - rates[1]) <= 0.1, "\(name): \(rates)")
      print("\(name), \(precision): \(cosines.count) clips, worst cosine \(worst), error rates \(rates) %")
      clips += cosines.count
    }
    #expect(clips >= 100)
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}
