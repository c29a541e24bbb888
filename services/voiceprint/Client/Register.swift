internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint register`: enrols a person.
struct Register: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Enrol a person with one or more recordings: all of them or none.",
    discussion: """
      Three recordings of some seconds each are a good number.

      With --from-folder, everyone of a folder as mvector's audio_db is enrolled: a folder for each person, named as \
      the person, with recordings in it. What was enrolled from a folder before is not enrolled again, so that the \
      same command goes on after an interruption. Recordings that cannot be used are told and left out.
      """)

  @OptionGroup var options: GatewayOptions
  @Option(help: "The person's name.") var name: String?
  @Option(help: "The person's identifier. Default: the name.") var id: String?
  @Option(help: "The collection.") var collection = "default"
  @Option(help: ArgumentHelp("Enrol everyone of a folder of folders of recordings.", valueName: "DIR"))
  var fromFolder: String?
  @Argument(help: "Recordings of the person.") var files: [String] = []
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if fromFolder != nil {
      guard files.isEmpty, name == nil, id == nil else {
        throw ValidationError("--from-folder names people and recordings by itself")
      }
      return
    }
    guard name != nil else { throw ValidationError("name the person with --name, or a folder with --from-folder") }
    if files.isEmpty { throw ValidationError("give at least one recording") }
  }

  func run() async throws {
    if let fromFolder { return try await register(folder: fromFolder) }
    guard let name else { return }
    try await register(name)
  }

  private func register(folder: String) async throws {
    let registration = FolderRegistration(client: try options.client(), collection: collection)
    let result = try await registration.run(folder)
    if json { try printJSON(result) } else { print(result.text) }
    if !result.leftOut.isEmpty { throw ExitCode(1) }
  }

  private func register(_ name: String) async throws {
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
