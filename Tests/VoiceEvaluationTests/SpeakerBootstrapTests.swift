import Foundation
import Testing

@testable import VoiceEvaluation

@Suite("The bootstrap over speakers")
struct SpeakerBootstrapTests {
  /// Three clips of each of five speakers, all against all; directions that a formula scatters.
  private let list: TrialList
  private let matrix: EmbeddingMatrix
  private static let clips = (0..<15).map { (name: "c\($0)", speaker: $0 / 3) }

  init() throws {
    var text = "label\tenrol\ttest\n"
    for (index, left) in Self.clips.enumerated() {
      for right in Self.clips.dropFirst(index + 1) {
        text += "\(left.speaker == right.speaker ? 1 : 0)\t\(left.name)\t\(right.name)\n"
      }
    }
    list = try TrialList(pairs: ListFile(path: "pairs.tsv", text: text))
    matrix = try EmbeddingMatrix(Self.clips.enumerated().map { index, clip in
      let angle = Double(clip.speaker) * 0.5 + sin(Double(index) * 7.3) * 0.4
      return [Float(cos(angle)), Float(sin(angle))]
    })
  }

  /// The plain definition: the curve of trials that are there as often as they count.
  private func rate(_ drawn: [Int], _ normalization: AdaptiveNormalization? = nil) throws -> Double {
    var scores = TrialScores()
    for left in Self.clips.indices {
      for right in (left + 1)..<Self.clips.count {
        let (one, other) = (Self.clips[left].speaker, Self.clips[right].speaker)
        for _ in 0..<(one == other ? drawn[one] : drawn[one] * drawn[other]) {
          let cosine = matrix.cosine(left, right)
          scores.add(normalization?.normalise(cosine, left, right) ?? cosine, isTarget: one == other)
        }
      }
    }
    return try DetectionCurve(scores).equalErrorRate().rate
  }

  @Test(
    "A draw's error rate is that of trials that are there as often as they count",
    arguments: [[1, 1, 1, 1, 1], [2, 0, 1, 1, 1], [0, 3, 2, 0, 0], [1, 1, 0, 0, 3]])
  func definition(drawn: [Int]) throws {
    let bootstrap = try #require(try SpeakerBootstrap(list, matrix))
    let expected = try rate(drawn)
    let actual = try #require(bootstrap.rate(drawn.map(Double.init)))
    #expect(expected > 0 && abs(actual - expected) < 1e-12)
  }

  @Test("One speaker alone has no error rate; what is drawn always has one, the same each time")
  func draws() throws {
    let bootstrap = try #require(try SpeakerBootstrap(list, matrix))
    #expect(bootstrap.speakerCount == 5 && bootstrap.rate([5, 0, 0, 0, 0]) == nil)
    let rates = (0..<300).map { bootstrap.rate(replicate: $0) }
    #expect(rates.allSatisfy { (0...1).contains($0) } && Set(rates).count > 20)
    #expect(rates == (0..<300).map { bootstrap.rate(replicate: $0) })
    let interval = SpeakerBootstrap.interval(rates)
    let all = try rate([1, 1, 1, 1, 1])
    #expect(interval.contains(all) && interval.lowerBound < interval.upperBound)
  }

  @Test("The interval leaves 2.5 % of the rates on either side")
  func interval() {
    #expect(SpeakerBootstrap.interval((0...1000).reversed().map(Double.init)) == 25...975)
    #expect(SpeakerBootstrap.interval([0.5]) == 0.5...0.5)
  }

  @Test("Without speakers there is none, nor with so few that it would have no width")
  func unknown() throws {
    let two = try EmbeddingMatrix([[1, 0.1], [1, 0], [0.2, 1], [0, 1]])
    let clips = "a/0.wav\t0\na/1.wav\t0\nb/0.wav\t1\nb/1.wav\t1\n"
    let few = try TrialList(
      enrol: ListFile(path: "e", text: clips), test: ListFile(path: "t", text: clips))
    #expect(try SpeakerBootstrap(few, two) == nil)
    let list = try TrialList(pairs: ListFile(path: "p", text: "label\tenrol\ttest\n1\ta\tb\n0\ta\tc\n"))
    #expect(try SpeakerBootstrap(list, EmbeddingMatrix([[1, 0], [1, 1], [0, 1]])) == nil)
  }

  @Test("Normalised scores are those that count")
  func normalised() throws {
    let cohort = try EmbeddingMatrix([[1, 0.2], [0.3, 1], [-1, 0.5], [-0.2, -1]])
    let normalization = try AdaptiveNormalization(matrix, cohort: cohort, top: 3)
    let bootstrap = try #require(try SpeakerBootstrap(list, matrix, normalization: normalization))
    let draws = [[1, 1, 1, 1, 1], [0, 3, 2, 0, 0], [0, 0, 1, 2, 2], [2, 2, 1, 0, 0]]
    let expected = try draws.map { try rate($0, normalization) }
    let actual = try draws.map { try #require(bootstrap.rate($0.map(Double.init))) }
    #expect(zip(actual, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try expected != draws.map { try rate($0) })
  }

  @Test("An improvement is as sure as the share of draws that have it")
  func confidence() {
    let before = [0.10, 0.20, 0.30, 0.00]
    #expect(SpeakerBootstrap.confidence([0.09, 0.19, 0.31, 0.00], over: before) == 0.5)
    #expect(SpeakerBootstrap.confidence([0.09, 0.10, 0.31, 0.00], over: before, improvement: 0.2) == 0.25)
    #expect(SpeakerBootstrap.confidence(before, over: before) == 0)
  }
}
