internal import ArgumentParser
internal import VoiceMessages
internal import VoiceRPC

extension Epochs {
  /// `voiceprint epochs evaluate`: how well an epoch tells the people of a data set apart.
  struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure on a trainer how well an epoch tells the people of a data set apart.",
      discussion: "Ctrl-C ends the measurement.")

    @OptionGroup var options: TrainerOptions
    @Argument(help: "The epoch.") var epoch: String
    @Option(help: "The data set, as `voiceprint dataset list` names it.") var dataset: String
    @Option(help: ArgumentHelp("Its list of clips of the known speakers.", valueName: "LIST"))
    var enrollList: String?
    @Option(help: ArgumentHelp("Its list of clips to be compared with them.", valueName: "LIST"))
    var trialsList: String?
    @Option(help: ArgumentHelp("Or its file of pairs: label, enrol and test, tab-separated.", valueName: "FILE"))
    var trials: String?
    @Option(help: "How long it may take, in minutes.") var minutes = 60.0
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
      guard (trials != nil) != (enrollList != nil && trialsList != nil) else {
        throw ValidationError("Name either --trials, or --enroll-list and --trials-list.")
      }
      guard minutes > 0 else { throw ValidationError("--minutes is positive.") }
    }

    func run() async throws {
      let client = try options.client()
      let request = TrainerV1.EvaluateRequest.with {
        ($0.epoch, $0.dataset, $0.pairs) = (epoch, dataset, trials ?? "")
        ($0.enrollList, $0.trialsList) = (enrollList ?? "", trialsList ?? "")
      }
      let answer = try await cancelledByInterrupts {
        try await client.call(TrainerClient.Service.evaluate, request, within: .seconds(minutes * 60))
      }
      let evaluation = EpochDescription.Evaluation(answer.evaluation ?? .init())
      if json { return try printJSON(evaluation) }
      print(evaluation.table)
    }
  }
}

extension EpochDescription.Evaluation {
  /// For people.
  fileprivate var table: String {
    let points = operatingPoints.map {
      "threshold  \(Terminal.decimal($0.threshold, 4)) accepts \(Self.percent($0.falseAcceptRate)) of the impostors"
    }
    return ([
      "trials     \(targetTrials) target, \(impostorTrials) impostor",
      "EER        \(Self.percent(eer)) (95 %: \(Self.percent(eerLow)) to \(Self.percent(eerHigh)))",
      "MinDCF     \(Terminal.decimal(minDcf, 4))",
    ] + points).joined(separator: "\n")
  }

  private static func percent(_ rate: Double) -> String { "\(Terminal.decimal(rate * 100, 2)) %" }
}
