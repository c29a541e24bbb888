import TestSupport
import Testing

@testable import VoiceEvaluation

@Suite("Lists of trials")
struct TrialListTests {
  @Test("A pair list names its columns in any order; each clip has one place")
  func pairs() throws {
    let text = "condition\tenrol\tlabel\ttest\r\nx\ta.wav\t1\tb.wav\r\n\r\ny\tb.wav\t0\tc d.wav\r\n"
    let list = try TrialList(pairs: ListFile(path: "p.tsv", text: text))
    #expect(list.clips.map(\.path) == ["a.wav", "b.wav", "c d.wav"])
    #expect(list.clips.map(\.origin) == ["p.tsv:2", "p.tsv:2", "p.tsv:4"])
    var pairs: [TrialList.Pair] = []
    list.forEachPair { pairs.append($0) }
    #expect(pairs == [.init(enrol: 0, test: 1, isTarget: true), .init(enrol: 1, test: 2, isTarget: false)])
    #expect(list.count == 2)
  }

  @Test(
    "A wrong line is refused with file and line",
    arguments: [
      ("", "p.tsv:1: the list is empty"), ("a\tb\n", "p.tsv:1: the header must name"),
      ("label\tenrol\ttest\n1\ta\n", "p.tsv:2: 2 columns where the header has 3"),
      ("label\tenrol\ttest\n\nyes\ta\tb\n", "p.tsv:3: the label 'yes' is neither 1 nor 0"),
      ("label\tenrol\ttest\n1\ta\t\n", "p.tsv:2: a clip has no name"),
    ])
  func wrongPairs(text: String, message: String) {
    let error = #expect(throws: EvaluationError.self) { try TrialList(pairs: ListFile(path: "p.tsv", text: text)) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test("Two lists give every enrolment against every trial")
  func product() throws {
    let folder = try TemporaryFolder()
    let enrol = try folder.write("a\t0\nb\t1\n".utf8, to: "enrol.txt")
    let test = try folder.write("c\t0\nd\t1\na\t7\n".utf8, to: "test.txt")
    let list = try TrialList.product(enrolFile: enrol, testFile: test)
    #expect(list.clips.map(\.path) == ["a", "b", "c", "d"])
    #expect(list.count == 6)
    var targets: [[Int]] = []
    list.forEachPair { if $0.isTarget { targets.append([$0.enrol, $0.test]) } }
    #expect(targets == [[0, 2], [1, 3]])

    let wrong = try folder.write("a\t0\nb 1\n".utf8, to: "wrong.txt")
    let error = #expect(throws: EvaluationError.self) { try TrialList.product(enrolFile: enrol, testFile: wrong) }
    #expect(error?.message.hasPrefix("\(wrong):2:") == true)
    #expect(throws: EvaluationError.self) { try TrialList.pairs(file: folder.file("missing")) }
    #expect(try ClipList.load(file: enrol).map(\.path) == ["a", "b"])
  }

  @Test("Embeddings are compared by their direction, after the centre is taken off")
  func embeddings() throws {
    let matrix = try EmbeddingMatrix([[3, 0], [0, 0.5], [-2, 0], [1, 1]])
    #expect(matrix.cosine(0, 0) == 1)
    #expect(matrix.cosine(0, 1) == 0)
    #expect(matrix.cosine(0, 2) == -1)
    #expect(abs(matrix.cosine(0, 3) - Float(0.5).squareRoot()) < 1e-6)
    #expect(try EmbeddingMatrix.centre([[2, 0], [0, 7]]) == [0.5, 0.5])
    let centred = try EmbeddingMatrix([[3, 0], [0, 0.1]], centre: [0.5, 0.5])
    #expect(abs(centred.cosine(0, 1) + 1) < 1e-6)
    for rows in [[[0, 0]], [[1, 2], [1]], [[.nan, 1]], [[.infinity, 1]]] as [[[Float]]] {
      #expect(throws: EvaluationError.self) { try EmbeddingMatrix(rows) }
    }
    #expect(throws: EvaluationError.self) { try EmbeddingMatrix.centre([]) }
  }
}
