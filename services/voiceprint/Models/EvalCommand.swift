internal import ArgumentParser
internal import VoiceEvaluation
internal import VoiceTraining

/// `voiceprint eval`: how well a network tells people apart.
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measures how well a network tells people apart, on a list of trials.",
    discussion: """
      A pair list has a header and the tab-separated columns label (1: one person, 0: two), enrol and test; others are
      ignored. Instead, two lists of 'path<TAB>label' lines give every enrolment against every trial. Each clip is
      embedded once, its first 20 s unless the experiment says otherwise.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or the folder of an epoch.", valueName: "W"))
  var checkpoint: String
  @OptionGroup var configs: ConfigsOption
  @Option(help: ArgumentHelp("A pair list.", valueName: "PAIRS.tsv"))
  var trials: String?
  @Option(help: ArgumentHelp("Clips of the known speakers.", valueName: "L"))
  var enrollList: String?
  @Option(help: ArgumentHelp("Clips to be compared with them.", valueName: "L"))
  var trialsList: String?
  @Option(help: ArgumentHelp("Folder that the paths of the lists start from.", valueName: "DIR"))
  var root = "."
  @Option(help: ArgumentHelp("Clips whose mean embedding, each of length 1, is subtracted.", valueName: "COHORT.txt"))
  var centre: String?
  @Option(
    help: ArgumentHelp(
      "Strangers for AS-norm: lines of a path and, if known, a speaker, whose mean then counts once.",
      valueName: "COHORT.txt"))
  var cohort: String?
  @Option(help: "So many of each clip's highest cohort scores normalise its scores.")
  var top = 300
  @Option(help: "How probable a target is, for the detection cost.")
  var targetPrior = 0.01
  @Option(
    help: ArgumentHelp("Folder for pictures of the errors, error_rates and det as .svg and .png.", valueName: "DIR"))
  var saveImagePath: String?
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    let product = enrollList != nil && trialsList != nil
    guard top > 0 else { throw ValidationError("--top is at least 1, not \(top).") }
    guard (trials != nil) != product, product || (enrollList == nil && trialsList == nil) else {
      throw ValidationError("Name either --trials, or --enroll-list and --trials-list.")
    }
  }

  func run() async throws {
    let summary = try await reporting {
      let cost = try DetectionCost(targetPrior: targetPrior)
      let list = try trialList()
      let centring = try centre.map { try ClipList.load(file: $0) } ?? []
      let strangers = try cohort.map { try ClipList.loadSpeakers(file: $0) } ?? []
      let network = try LoadedNetwork(checkpoint: checkpoint, configs: configs)
      var embedder = ClipEmbedder(network: network, root: root)
      try await embedder.embed(list.clips + centring + strangers.map(\.clip))
      let mean = centring.isEmpty ? nil : try EmbeddingMatrix.centre(embedder.rows(centring))
      let matrix = try EmbeddingMatrix(embedder.rows(list.clips), centre: mean)
      let normalization = try strangers.isEmpty ? nil : AdaptiveNormalization(
        matrix, cohort: speakers(strangers, embedder, centre: mean), top: top)
      let scores = list.scores(matrix, normalization: normalization)
      if let saveImagePath { try draw(DetectionCurve(scores), in: saveImagePath) }
      return try EvaluationSummary(scores, cost: cost)
    }
    try report(summary)
  }

  /// One embedding for each speaker of a cohort: the mean of those of the clips, each of length 1.
  private func speakers(
    _ cohort: [(clip: ListedClip, speaker: String)], _ embedder: ClipEmbedder, centre: [Float]?
  ) throws -> EmbeddingMatrix {
    let bySpeaker = Dictionary(grouping: cohort, by: \.speaker).sorted { $0.key < $1.key }
    let means = try bySpeaker.map { try EmbeddingMatrix.centre(embedder.rows($0.value.map(\.clip))) }
    return try EmbeddingMatrix(means, centre: centre)
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

  private func report(_ summary: EvaluationSummary) throws {
    if json {
      return try printJSON(
        Answer(
          eer: summary.equalErrorRate, eerConvexHull: summary.convexHullEqualErrorRate,
          minDCF: summary.minimumCost, threshold: Double(summary.threshold), targets: summary.targets,
          impostors: summary.impostors, normalization: cohort == nil ? "none" : "as-norm"))
    }
    print(
      """
      trials     \(summary.targets) target, \(summary.impostors) impostor
      EER        \(percent(summary.equalErrorRate)) (convex hull \(percent(summary.convexHullEqualErrorRate)))
      MinDCF     \((summary.minimumCost * 1e4).rounded() / 1e4) at a prior of \(targetPrior)
      threshold  \((Double(summary.threshold) * 1e4).rounded() / 1e4)
      """)
    if trials == nil {
      // mvector's line, for those who read its logs.
      print(
        "threshold: \(Terminal.decimal(Double(summary.threshold), 2)),"
          + " EER: \(Terminal.decimal(summary.equalErrorRate, 5)), MinDCF: \(Terminal.decimal(summary.minimumCost, 5))")
    }
  }

  private func percent(_ rate: Double) -> String { "\((rate * 1e4).rounded() / 100) %" }

  private struct Answer: Encodable {
    var eer: Double
    var eerConvexHull: Double
    var minDCF: Double
    var threshold: Double
    var targets: Int
    var impostors: Int
    var normalization: String

    enum CodingKeys: String, CodingKey {
      case eer, threshold, targets, impostors, normalization
      case eerConvexHull = "eer_convex_hull"
      case minDCF = "min_dcf"
    }
  }
}
