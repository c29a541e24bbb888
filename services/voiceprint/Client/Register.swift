internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint register`: enrols a person.
struct Register: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Enrol a person with one or more recordings: all of them or none.",
    discussion: "Three recordings of some seconds each are a good number.")

  @OptionGroup var options: GatewayOptions
  @Option(help: "The person's name.") var name: String
  @Option(help: "The person's identifier. Default: the name.") var id: String?
  @Option(help: "The collection.") var collection = "default"
  @Argument(help: "Recordings of the person.") var files: [String]
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if files.isEmpty { throw ValidationError("give at least one recording") }
  }

  func run() async throws {
    var request = GatewayV1.EnrollRequest()
    request.collection = collection
    request.speakerId = id ?? name
    request.displayName = name
    request.audios = try files.map { try .file($0) }
    let answer = try await options.client().call(GatewayClient.Service.enroll, request)
    let total = answer.speaker?.utterances.count ?? 0
    if json {
      return try printJSON(
        Answer(
          speakerId: request.speakerId, created: answer.created, recordings: files.count, recordingsInAll: total,
          epoch: answer.epoch))
    }
    print("\(answer.created ? "enrolled" : "added to") \(name): \(files.count) recordings, \(total) in all")
    for (file, report) in zip(files, answer.reports) where !report.caution.isEmpty {
      print("  \(file): \(report.caution)")
    }
  }

  private struct Answer: Encodable {
    let speakerId: String
    let created: Bool
    let recordings: Int
    let recordingsInAll: Int
    let epoch: String
  }
}
