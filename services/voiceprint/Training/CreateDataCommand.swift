internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceTraining

extension CorpusLayout: ExpressibleByArgument {}

/// `voiceprint create-data`: a corpus becomes mvector's lists.
struct CreateDataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create-data", abstract: "Writes the lists for training and evaluation from a corpus.",
    discussion: """
      Writes train_list.txt, enroll_list.txt and trials_list.txt, lines of 'path<TAB>speaker' with paths below --root.
      No speaker is in training and evaluation; a seed gives the same lists again. Each clip is decoded: what cannot be
      read or is too short is left out and told in left_out.txt.

      Layouts: folders (the first folder names the speaker), voxceleb (id10001/video/clip), cnceleb (data/id00000/clip,
      with the corpus' own evaluation in eval/). --table names a file with the tab-separated columns path and speaker
      instead.
      """)

  @Option(help: ArgumentHelp("Folder of the corpus.", valueName: "DIR"))
  var root: String
  @Option(help: "How it lies there: \(CorpusLayout.allCases.map(\.rawValue).joined(separator: ", ")).")
  var layout = CorpusLayout.folders
  @Option(help: ArgumentHelp("Table of the clips, with paths below --root.", valueName: "CLIPS.tsv"))
  var table: String?
  @Option(help: ArgumentHelp("Folder of the lists.", valueName: "DIR"))
  var out: String
  @Option(help: "Speakers that are kept for the evaluation (default: a tenth).")
  var evaluationSpeakers: Int?
  @Option(help: "Clips of each of them that enrol the speaker.")
  var enrolmentsPerSpeaker = 1
  @Option(help: "Decides who is kept.")
  var seed: UInt64 = 0
  @Option(help: "Shortest clip that is taken, in seconds.")
  var minDuration = 0.5
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard enrolmentsPerSpeaker > 0, evaluationSpeakers ?? 0 >= 0 else {
      throw ValidationError("Numbers of speakers and clips are positive.")
    }
    guard minDuration >= 0, minDuration.isFinite else {
      throw ValidationError("--min-duration is a number of seconds.")
    }
  }

  func run() async throws {
    let answer = try await reporting {
      let corpus = try table.map { try Corpus.table($0) } ?? Corpus.scan(root, layout: layout)
      let check = ClipCheck(minimumSeconds: minDuration)
      let (clips, root) = (corpus.clips, root)
      let results = try await inParallel(count: clips.count, title: "checking") {
        check.check(clips[$0].path.hasPrefix("/") ? clips[$0].path : "\(root)/\(clips[$0].path)")
      }
      return try write(clips, results)
    }
    try report(answer)
  }

  private struct Answer: Encodable {
    var trainClips = 0
    var trainSpeakers = 0
    var trainHours = 0.0
    var enrollClips = 0
    var trialsClips = 0
    var evaluationSpeakers = 0
    var leftOut = 0
  }

  private func write(_ clips: [Corpus.Clip], _ results: [ClipCheck.Result]) throws -> Answer {
    var usable: [Corpus.Clip] = []
    var seconds: [String: Double] = [:]
    var leftOut: [String] = []
    for (clip, result) in zip(clips, results) {
      switch result {
      case .usable(let length):
        usable.append(clip)
        seconds[clip.path] = length
      case .unusable(let reason): leftOut.append(reason)
      }
    }
    for reason in leftOut.prefix(10) { Terminal.say("left out: \(reason)") }
    if leftOut.count > 10 { Terminal.say("left out: \(leftOut.count - 10) more, see \(out)/left_out.txt") }
    let speakers = Set(usable.map(\.speaker)).count
    let split = CorpusSplit(
      evaluationSpeakers: evaluationSpeakers ?? speakers / 10, enrolmentsPerSpeaker: enrolmentsPerSpeaker, seed: seed)
    let lists = try split.lists(of: usable)
    for (name, list) in [("train", lists.train), ("enroll", lists.enroll), ("trials", lists.trials)] {
      let text = list.map { "\($0.path)\t\($0.speaker)\n" }.joined()
      try AtomicFile.write(Array(text.utf8), to: "\(out)/\(name)_list.txt")
    }
    try AtomicFile.write(Array(leftOut.map { $0 + "\n" }.joined().utf8), to: "\(out)/left_out.txt")
    return Answer(
      trainClips: lists.train.count, trainSpeakers: Set(lists.train.map(\.speaker)).count,
      trainHours: lists.train.reduce(0) { $0 + seconds[$1.path, default: 0] } / 3600, enrollClips: lists.enroll.count,
      trialsClips: lists.trials.count, evaluationSpeakers: Set(lists.enroll.map(\.speaker)).count,
      leftOut: leftOut.count)
  }

  private func report(_ answer: Answer) throws {
    if json { return try printJSON(answer) }
    print(
      """
      \(out)/train_list.txt   \(answer.trainClips) clips of \(answer.trainSpeakers) speakers, \
      \(Terminal.decimal(answer.trainHours, 2)) h
      \(out)/enroll_list.txt  \(answer.enrollClips) clips of \(answer.evaluationSpeakers) other speakers
      \(out)/trials_list.txt  \(answer.trialsClips) clips of the same
      \(out)/left_out.txt     \(answer.leftOut) clips
      In the configuration: model_conf.classifier.num_speakers: \(answer.trainSpeakers)
      """)
  }
}
