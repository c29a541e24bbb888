import TestSupport
import Testing

@testable import VoiceTraining

@Suite("Corpora and their splits")
struct CorpusTests {
  private func clips(_ speakers: Int, _ each: Int) -> [Corpus.Clip] {
    (0..<speakers).flatMap { speaker in
      (0..<each).map { Corpus.Clip(path: "s\(speaker)/\($0).wav", speaker: "s\(speaker)", purpose: .any) }
    }
  }

  @Test("Each layout finds the speaker in the path, and nothing else")
  func layouts() throws {
    let folder = try TemporaryFolder()
    let files = [
      "ann/a.wav", "ann/deep/er/b.FLAC", "bob/c.ogg", "bob/notes.txt", "loose.wav",
      "wav/id10001/video/1.wav", "CN-Celeb/data/id00001/x.flac", "CN-Celeb/eval/enroll/id00800-enroll.wav",
      "CN-Celeb/eval/test/id00800-singing-01-001.wav", "CN-Celeb/eval/lists/enroll.lst",
    ]
    for file in files { _ = try folder.write([], to: file) }
    func found(_ layout: CorpusLayout) throws -> [String] {
      try Corpus.scan(folder.path, layout: layout).clips.map { "\($0.speaker) \($0.path) \($0.purpose)" }
    }
    #expect(try found(.folders).filter { $0.hasPrefix("ann") || $0.hasPrefix("bob") }.count == 3)
    #expect(try found(.voxceleb) == ["id00001 CN-Celeb/data/id00001/x.flac any", "id10001 wav/id10001/video/1.wav any"])
    #expect(
      try found(.cnceleb) == [
        "id00001 CN-Celeb/data/id00001/x.flac any", "id00800 CN-Celeb/eval/enroll/id00800-enroll.wav enrolment",
        "id00800 CN-Celeb/eval/test/id00800-singing-01-001.wav trial", "id10001 wav/id10001/video/1.wav any",
      ])
    #expect(throws: TrainingError.self) { try Corpus.scan("\(folder.path)/nothing", layout: .folders) }
    #expect(throws: TrainingError.self) { try Corpus.scan("\(folder.path)/CN-Celeb/eval/lists", layout: .folders) }
  }

  @Test("A table names its columns; a line that lacks one is told")
  func table() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("lang\tspeaker\tpath\nde\tann\ta.wav\n".utf8, to: "t.tsv")
    #expect(try Corpus.table(file).clips == [.init(path: "a.wav", speaker: "ann", purpose: .any)])
    let short = try folder.write("speaker\tpath\nann\n".utf8, to: "short.tsv")
    let error = #expect(throws: TrainingError.self) { try Corpus.table(short) }
    #expect(error?.message.contains("short.tsv:2") == true)
    let headless = try folder.write("a.wav\tann\n".utf8, to: "headless.tsv")
    #expect(throws: TrainingError.self) { try Corpus.table(headless) }
  }

  @Test("No speaker is trained on and evaluated with; a seed gives the same lists", arguments: [0, 7])
  func split(seed: UInt64) throws {
    let clips = clips(20, 5)
    let split = CorpusSplit(evaluationSpeakers: 6, enrolmentsPerSpeaker: 2, seed: seed)
    let lists = try split.lists(of: clips)
    #expect(try split.lists(of: clips) == lists)
    #expect(lists.train.count == 70 && lists.enroll.count == 12 && lists.trials.count == 18)
    func names(_ clips: [SpeakerList.Clip]) -> Set<Substring> { Set(clips.map { $0.path.prefix { $0 != "/" } }) }
    #expect(names(lists.train).isDisjoint(with: names(lists.enroll)))
    #expect(names(lists.enroll) == names(lists.trials))
    #expect(Set(lists.train.map(\.speaker)) == Set(0..<14) && Set(lists.trials.map(\.speaker)) == Set(0..<6))
    #expect(Set((lists.enroll + lists.trials).map(\.path)).count == 30)
    for clip in lists.trials {
      #expect(lists.enroll.contains { $0.speaker == clip.speaker && $0.path.prefix(3) == clip.path.prefix(3) })
    }
  }

  @Test("Seeds differ")
  func seeds() throws {
    let lists = try [1, 2].map { try CorpusSplit(evaluationSpeakers: 5, seed: $0).lists(of: clips(20, 3)) }
    #expect(lists[0] != lists[1])
  }

  @Test("A split that leaves nobody to train on, or lacks clips, says how many there are")
  func tooMany() {
    for (speakers, each, wanted) in [(4, 2, 4), (4, 1, 1)] {
      let error = #expect(throws: TrainingError.self) {
        try CorpusSplit(evaluationSpeakers: wanted).lists(of: clips(speakers, each))
      }
      #expect(error?.message.contains("of 4 have more than 1") == true)
    }
  }

  @Test("A corpus with an evaluation of its own keeps it")
  func ownEvaluation() throws {
    let clips = [
      Corpus.Clip(path: "data/id1/a.wav", speaker: "id1", purpose: .any),
      Corpus.Clip(path: "data/id2/a.wav", speaker: "id2", purpose: .any),
      Corpus.Clip(path: "eval/enroll/id2-enroll.wav", speaker: "id2", purpose: .enrolment),
      Corpus.Clip(path: "eval/test/id2-x.wav", speaker: "id2", purpose: .trial),
    ]
    let lists = try CorpusSplit(evaluationSpeakers: 1).lists(of: clips)
    #expect(lists.train.map(\.path) == ["data/id1/a.wav"])
    #expect(lists.enroll.map(\.speaker) == [0] && lists.trials.map(\.speaker) == [0])
  }
}
