internal import ArgumentParser
internal import VoiceMessages

/// When the epoch of a job is promoted by itself.
struct AutoPromotionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Promote the job's epoch in this collection if it is better.", valueName: "COLLECTION"))
  var autoPromote: String?
  @Option(
    help: ArgumentHelp(
      "By which share the equal error rate must be lower: with 0.1, at most 4.5 % where it is 5 % now.",
      valueName: "SHARE"))
  var eerImprovement = 0.0
  @Option(help: "How sure it must be that it is, by a bootstrap over speakers, from 0.5 to below 1.")
  var confidence = 0.95
  @Option(
    help: ArgumentHelp(
      "Whether to promote when nothing was retained of some people, who must be enrolled anew then.",
      valueName: "fail|proceed"))
  var withoutAudio = WithoutAudio.fail
  @Option(help: "The share of the live embedding replicas that must be ready, above 0 to 1.")
  var quorum = 1.0
  @Option(help: "Recordings a second at most, so that serving keeps the machine (default: as many as can be).")
  var rate: Double?
  @Option(help: "How long the old epoch is kept after the flip.") var retainHours = 24.0

  func validate() throws {
    guard quorum > 0, quorum <= 1 else { throw ValidationError("--quorum must be above 0, at most 1") }
    guard rate ?? 1 > 0, retainHours >= 0 else { throw ValidationError("--rate and --retain-hours are positive") }
  }

  /// The policy; nil for none.
  var policy: TrainerV1.AutoPromotion? {
    autoPromote.map { collection in
      .with {
        ($0.eerImprovement, $0.confidence) = (eerImprovement, confidence)
        $0.promotion = .with {
          ($0.collection, $0.unretainedPolicy) = (collection, withoutAudio.policy)
          ($0.quorum, $0.utterancesPerSecond) = (quorum, rate ?? 0)
          $0.retain = .with { $0.seconds = Int64(retainHours * 3600) }
        }
      }
    }
  }
}
