internal import ArgumentParser
internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceTraining

/// `voiceprint extract-features`: features once to disk, so that trainings need not compute them again.
struct ExtractFeaturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract-features", abstract: "Computes the features of a configuration's lists to disk.",
    discussion: """
      For each list of dataset_conf writes NumPy files [frames, bins] and a list '<list>_features.txt' beside it that
      names them; put these lists into the configuration to train on them. What is there already is kept, so an
      interrupted run goes on where it was. Features on disk are not augmented but for blanked bands.
      """)

  @OptionGroup var configs: ExperimentOption
  @Option(help: ArgumentHelp("Folder that the paths of the configuration and the lists start from.", valueName: "DIR"))
  var root = "."
  @Option(help: ArgumentHelp("Folder of the features, below --root unless absolute.", valueName: "DIR"))
  var saveDir = "dataset/features"
  @Option(help: "Only the first seconds of a clip are taken.")
  var maxDuration = 100.0

  func validate() throws {
    guard maxDuration > 0, maxDuration.isFinite else { throw ValidationError("--max-duration is a number of seconds.") }
  }

  func run() async throws {
    try await reporting {
      let experiment = try configs.load()
      let folder = saveDir.hasPrefix("/") ? saveDir : "\(root)/\(saveDir)"
      let store = try FeatureStore(experiment, folder: folder, root: root, maximumSeconds: maxDuration)
      let lists = [experiment.dataset.trainList, experiment.dataset.enrollList, experiment.dataset.trialsList]
      guard lists.contains(where: { $0 != nil }) else {
        throw CommandError("\(configs.file): dataset_conf names no list")
      }
      for case let list? in lists { try await extract(list, into: store) }
    }
  }

  private func extract(_ name: String, into store: FeatureStore) async throws {
    let file = name.hasPrefix("/") ? name : "\(root)/\(name)"
    let list = try ListFile(path: file)
    let clips = try list.lines.map { line in
      guard line.columns.count == 2, !line.columns[0].isEmpty else {
        throw list.wrong(line.number, "must be a path and a label, parted by a tab")
      }
      return (path: line.columns[0], label: line.columns[1])
    }
    let results = try await inParallel(count: clips.count, title: name) { index in
      Result { () throws(TrainingError) in try store.extract(clips[index].path, label: clips[index].label) }
    }
    var (lines, new, failed) = ("", 0, 0)
    for (clip, result) in zip(clips, results) {
      switch result {
      case .success(let features):
        // Below the root as the clips are, so that the folder can be moved.
        let path = features.path.hasPrefix("\(root)/") ? String(features.path.dropFirst(root.count + 1)) : features.path
        lines += "\(path)\t\(clip.label)\n"
        if features.isNew { new += 1 }
      case .failure(let error) where error.code == .badClips:
        failed += 1
        if failed <= 10 { Terminal.say("left out: \(error.message)") }
      case .failure(let error): throw error
      }
    }
    guard !lines.isEmpty else { throw CommandError("\(file): no clip of the list could be read") }
    let target = (file.hasSuffix(".txt") ? String(file.dropLast(4)) : file) + "_features.txt"
    try AtomicFile.write(Array(lines.utf8), to: target)
    print("\(target): \(clips.count - failed) clips, \(new) of them new, \(failed) left out")
  }
}
