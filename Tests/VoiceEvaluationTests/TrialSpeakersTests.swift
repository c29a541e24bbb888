import Testing

@testable import VoiceEvaluation

@Suite("Who speaks in a list's clips")
struct TrialSpeakersTests {
  private func pairs(_ lines: String...) throws -> [Int]? {
    try TrialList(pairs: ListFile(path: "p", text: (["label\tenrol\ttest"] + lines).joined(separator: "\n"))).speakers
  }

  @Test("Target pairs join a speaker's clips, also by way of others")
  func joined() throws {
    #expect(try pairs("1\ta\tb", "0\ta\tx", "1\tx\ty", "1\tb\tc") == [0, 0, 1, 1, 0])
  }

  @Test("A clip in no target pair, or an impostor pair of one speaker: nobody knows")
  func unknown() throws {
    #expect(try pairs("1\ta\tb", "0\ta\tx") == nil)
    #expect(try pairs("1\ta\tb", "1\tb\tc", "0\ta\tc") == nil)
  }

  @Test("Labels of two lists name the speakers; two labels for a clip do not")
  func labels() throws {
    let enrol = ListFile(path: "e", text: "a\tanna\nb\tbert\n")
    #expect(try TrialList(enrol: enrol, test: ListFile(path: "t", text: "c\tbert\nd\tcarl\n")).speakers == [0, 1, 1, 2])
    #expect(try TrialList(enrol: enrol, test: ListFile(path: "t", text: "a\tbert\n")).speakers == nil)
  }
}
