internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint contrast`: whether two recordings are of one person.
struct Contrast: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare two recordings: are they of the same person?",
    discussion: "The exit status is 0 for the same person, 1 for different people.")

  @OptionGroup var options: GatewayOptions
  @Argument(help: "One recording.") var first: String
  @Argument(help: "The other recording.") var second: String
  @Option(help: "Decide at this score, -1 to 1, instead of the epoch's own threshold.") var threshold: Double?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    var request = GatewayV1.ContrastRequest()
    request.first = try .file(first)
    request.second = try .file(second)
    request.threshold = threshold
    let answer = try await options.client().call(GatewayClient.Service.contrast, request)
    let same = answer.decision == .accepted
    if json {
      try printJSON(
        Answer(same: same, score: answer.score, threshold: answer.threshold, epoch: answer.epoch))
    } else {
      print(
        "\(same ? "the same person" : "different people")  score \(Terminal.decimal(answer.score))  "
          + "threshold \(Terminal.decimal(answer.threshold))")
      for (file, report) in [(first, answer.firstReport), (second, answer.secondReport)] {
        if let caution = report?.caution, !caution.isEmpty { print("  \(file): \(caution)") }
      }
    }
    if !same { throw ExitCode(1) }
  }

  private struct Answer: Encodable {
    let same: Bool
    let score: Double
    let threshold: Double
    let epoch: String
  }
}
