import TestSupport
import Testing

@testable import VoiceTraining

@Suite("Lists of clips and speakers")
struct SpeakerListTests {
  @Test("A list tells its clips and how many speakers it holds")
  func list() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a b.wav\t2\r\nsub/ü.flac\t0\n\n".utf8, to: "train.txt")
    let list = try SpeakerList.load(file: file)
    #expect(list.clips == [.init(path: "a b.wav", speaker: 2), .init(path: "sub/ü.flac", speaker: 0)])
    #expect(list.speakerCount == 3)
    #expect(try list.classCount(configured: nil) == 3 && list.classCount(configured: 3) == 3)
    for wrong in [2, 2796] {
      let error = #expect(throws: TrainingError.self) { try list.classCount(configured: wrong) }
      #expect(error?.message.contains("num_speakers is \(wrong)") == true)
      #expect(error?.message.contains("set it to 3") == true)
    }
  }

  @Test(
    "A wrong line is named",
    arguments: [
      ("a.wav 1", ":1: must be a path"), ("a.wav\t1\n\t2", ":2: must be a path"), ("a.wav\tx", ":1: the speaker 'x'"),
      ("a.wav\t-1", "'-1'"), ("a.wav\t99999999999999999999", "no whole number"), ("\n \n", "empty"),
    ])
  func wrong(text: String, part: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(text.utf8, to: "train.txt")
    let error = #expect(throws: TrainingError.self) { try SpeakerList.load(file: file) }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  @Test("A list that is not there is named")
  func missing() {
    let error = #expect(throws: TrainingError.self) { try SpeakerList.load(file: "/nowhere/list.txt") }
    #expect(error?.message.contains("/nowhere/list.txt") == true)
  }
}
