internal import ArgumentParser
internal import VoiceEvaluation
internal import VoiceRecognition
internal import VoiceTraining

/// `voiceprint eval`: how well a network tells people apart.
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measures how well a network tells people apart, on a list of trials.",
    discussion: """
      A pair list has a header and the tab-separated columns label (1: one person, 0: two), enrol and test; others are
      ignored. Instead, two lists of 'path<TAB>label' lines give every enrolment against every trial. Each clip is
      embedded once, its first 20 s unless the experiment says otherwise.

      The interval of the equal error rate holds 95 of 100 draws of other speakers like these (bootstrap, 1000 draws,
      always the same ones). With pairs, it is given if each clip is in a target pair: those join a speaker's clips.

      With --against, another network is measured on the same trials and the same draws, and the share of the draws is
      told in which this one's equal error rate is lower by --improvement: how sure it is that it is better.

      With --centre, the mean embedding is subtracted from each embedding of length 1 and the rest brought to length 1
      again; with --cohort too, that is done first, with the cohort's clips as well.
      """)

  @Option(help: ArgumentHelp("A checkpoint, a training's folder as best_model, or an epoch's.", valueName: "W"))
  var checkpoint: String
  @OptionGroup var configs: ConfigsOption
  @Option(help: "What a checkpoint's convolutions multiply: float32, bf16 or float16; an epoch has its own precision.")
  var precision: EpochPrecision?
  @Option(help: ArgumentHelp("A pair list.", valueName: "PAIRS.tsv"))
  var trials: String?
  @Option(help: ArgumentHelp("Clips of the known speakers.", valueName: "L"))
  var enrollList: String?
  @Option(help: ArgumentHelp("Clips to be compared with them.", valueName: "L"))
  var trialsList: String?
  @Option(help: ArgumentHelp("Folder that the paths of the lists start from.", valueName: "DIR"))
  var root = "."
  @Option(
    help: ArgumentHelp(
      "Clips whose mean embedding is subtracted: a list, or 'self' for the trials' own clips.",
      valueName: "COHORT.txt|self"))
  var centre: String?
  @Option(
    help: ArgumentHelp(
      """
      Strangers for AS-norm (Matějka 2017, AS-norm1: each side by its own highest cohort scores): lines of a path \
      and, if known, a speaker, whose clips' mean then counts as one stranger.
      """, valueName: "COHORT.txt"))
  var cohort: String?
  @Option(help: "So many of each clip's highest cohort scores normalise its scores.")
  var top = 300
  @Option(help: "How probable a target is, for the detection cost.")
  var targetPrior = 0.01
  @Option(help: ArgumentHelp("An epoch or a checkpoint to be compared with.", valueName: "W"))
  var against: String?
  @Option(help: ArgumentHelp("Experiment of --against, if its keys do not tell.", valueName: "C.yml"))
  var againstConfigs: String?
  @Option(help: "By which share the equal error rate is to be lower, 0 to 1.")
  var improvement = 0.0
  @Option(
    help: ArgumentHelp("Folder for pictures of the errors, error_rates and det as .svg and .png.", valueName: "DIR"))
  var saveImagePath: String?
  @Option(help: "Threads that compute (default: the cores).")
  var threads: Int?
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard threads ?? 1 > 0 else { throw ValidationError("--threads is at least 1.") }
    let product = enrollList != nil && trialsList != nil
    guard top > 1 else { throw ValidationError("--top is at least 2, not \(top).") }
    guard (0..<1).contains(improvement) else { throw ValidationError("--improvement lies from 0 to below 1.") }
    guard (trials != nil) != product, product || (enrollList == nil && trialsList == nil) else {
      throw ValidationError("Name either --trials, or --enroll-list and --trials-list.")
    }
  }

  func run() async throws {
    let report = try await reporting {
      let cost = try DetectionCost(targetPrior: targetPrior)
      let list = try trialList()
      let evaluation = TrialEvaluation(
        list: list, centring: try centring(list), cohort: try cohort.map { try ClipList.loadSpeakers(file: $0) } ?? [],
        top: top, threads: threads)
      evaluation.notes.forEach { Terminal.say("note: \($0)") }
      let network = try LoadedNetwork(checkpoint: checkpoint, configs: configs.file, precision: precision)
      let result = try await evaluation.run(network, root: root)
      let curve = try DetectionCurve(result.scores)
      if let saveImagePath { try draw(curve, in: saveImagePath) }
      var report = EvaluationReport(
        EvaluationSummary(curve, cost: cost), result, of: evaluation, targetPrior: targetPrior)
      report.comparison = try await comparison(of: result, evaluation)
      return report
    }
    if json { return try printJSON(report) }
    print(report.table)
    // mvector's line, for those who read its logs.
    if trials == nil { print(report.line) }
  }

  /// How it does beside the network of --against; nil without.
  private func comparison(
    of result: TrialEvaluation.Result, _ evaluation: TrialEvaluation
  ) async throws -> EvaluationReport.Comparison? {
    guard let against else { return nil }
    let other = try await evaluation.run(LoadedNetwork(checkpoint: against, configs: againstConfigs), root: root)
    return try .init(
      eer: DetectionCurve(other.scores).equalErrorRate().rate, improvement: improvement,
      confidence: result.rates.isEmpty
        ? nil : SpeakerBootstrap.confidence(result.rates, over: other.rates, improvement: improvement))
  }

  private func centring(_ list: TrialList) throws -> [ListedClip] {
    guard let centre else { return [] }
    return centre == "self" ? list.clips : try ClipList.load(file: centre)
  }

  private func draw(_ curve: DetectionCurve, in folder: String) throws {
    for (name, plot) in [("error_rates", CurvePlot.errorRates(curve)), ("det", .detectionErrorTradeoff(curve))] {
      try AtomicFile.write(Array(plot.svg().utf8), to: "\(folder)/\(name).svg")
      try AtomicFile.write(plot.image().bytes(), to: "\(folder)/\(name).png")
    }
  }

  private func trialList() throws -> TrialList {
    if let trials { return try .pairs(file: trials) }
    guard let enrollList, let trialsList else { throw CommandError("no list of trials") }
    return try .product(enrolFile: enrollList, testFile: trialsList)
  }
}
