import Foundation
import Testing

@testable import VoiceEvaluation

@Suite("AS-norm")
struct AdaptiveNormalizationTests {
  /// Points on a circle, by their angles in degrees.
  private func circle(_ degrees: [Double]) throws -> EmbeddingMatrix {
    try EmbeddingMatrix(degrees.map { [Float(cos($0 * .pi / 180)), Float(sin($0 * .pi / 180))] })
  }

  private func cosine(_ a: Double, _ b: Double) -> Double { cos((a - b) * .pi / 180) }

  @Test("It is the definition, for more and fewer scores than the cohort has", arguments: [2, 3, 5, 100])
  func definition(top: Int) throws {
    let (clips, cohort) = ([0.0, 50, 170], [10.0, 40, 95, 200, 320])
    let normalization = try AdaptiveNormalization(circle(clips), cohort: circle(cohort), top: top)
    #expect(normalization.cohortCount == 5 && normalization.used == min(5, top))
    func standard(_ score: Double, _ clip: Double) -> Double {
      let best = cohort.map { cosine(clip, $0) }.sorted(by: >).prefix(top)
      let mean = best.reduce(0, +) / Double(best.count)
      let variance = best.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(best.count)
      return (score - mean) / variance.squareRoot()
    }
    for (left, right) in [(0, 1), (1, 2), (2, 2)] {
      let score = cosine(clips[left], clips[right])
      let expected = (standard(score, clips[left]) + standard(score, clips[right])) / 2
      let actual = normalization.normalise(Float(score), left, right)
      #expect(abs(Double(actual) - expected) < 1e-4 * max(1, abs(expected)))
    }
  }

  @Test("A cohort that cannot tell how scores vary is refused: one stranger, strangers who are all alike")
  func noDeviation() throws {
    let clips = try circle([0, 90])
    let one = #expect(throws: EvaluationError.self) {
      try AdaptiveNormalization(clips, cohort: circle([10]), top: 5)
    }
    #expect(one?.message.contains("name at least two") == true)
    let alike = #expect(throws: EvaluationError.self) {
      try AdaptiveNormalization(clips, cohort: circle([30, 30, 30]), top: 5) { "clip \($0).wav" }
    }
    #expect(alike?.message.contains("clip 0.wav: its 3 highest cohort scores") == true)
    let highest = #expect(throws: EvaluationError.self) {
      try AdaptiveNormalization(clips, cohort: circle([10, 20]), top: 1)
    }
    #expect(highest?.message.contains("highest two") == true)
  }

  @Test("A speaker's clips of a cohort count once, as the direction of their mean")
  func means() throws {
    let means = try circle([0, 90, 200, 10]).means(of: [[0, 1], [3], [2]])
    #expect(means.count == 3)
    for (row, degrees) in [(0, 45.0), (1, 10), (2, 200)] {
      #expect(abs(Double(try circle([degrees]).cosines(of: 0, with: means)[row]) - 1) < 1e-6)
    }
    #expect(throws: EvaluationError.self) { try EmbeddingMatrix([[1, 0], [-1, 0]]).means(of: [[0, 1]]) }
  }

  @Test("A cohort's clips are grouped by their second column; one without it is a speaker of its own")
  func speakers() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "cohort-\(UUID()).txt")
    defer { try? FileManager.default.removeItem(at: file) }
    try "a.wav\t1\nb.wav\t1\nc.wav\nd.wav\n".write(to: file, atomically: true, encoding: .utf8)
    let cohort = try ClipList.loadSpeakers(file: file.path)
    #expect(cohort.map(\.clip.path) == ["a.wav", "b.wav", "c.wav", "d.wav"])
    #expect(Set(cohort.map(\.speaker)).count == 3 && cohort[0].speaker == cohort[1].speaker)
  }
}
