internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint users`: who is enrolled.
struct Users: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the people of a collection.")

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection.") var collection = "default"
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let client = try options.client()
    var people: [TypesV1.Speaker] = []
    var token = ""
    repeat {
      var request = GatewayV1.ListSpeakersRequest()
      request.collection = collection
      request.pageSize = 1000
      request.pageToken = token
      let page = try await client.call(GatewayClient.Service.listSpeakers, request)
      people += page.speakers
      token = page.nextPageToken
    } while !token.isEmpty

    if json { return try printJSON(people.map(Line.init)) }
    var table = TextTable("id", "name", "recordings", "epoch", "")
    for person in people {
      table.add(
        person.speakerId, person.displayName, "\(person.utterances.count)", person.epoch,
        person.needsReenrollment ? "to be enrolled anew" : "")
    }
    print(people.isEmpty ? "nobody is enrolled in '\(collection)'" : table.text)
  }

  private struct Line: Encodable {
    let speakerId: String
    let displayName: String
    let labels: [String: String]
    let recordings: Int
    let epoch: String
    let needsReenrollment: Bool

    init(_ person: TypesV1.Speaker) {
      (speakerId, displayName, labels) = (person.speakerId, person.displayName, person.labels)
      (recordings, epoch) = (person.utterances.count, person.epoch)
      needsReenrollment = person.needsReenrollment
    }
  }
}

/// `voiceprint remove-user`: forgets a person.
struct RemoveUser: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Delete a person with all recordings' voiceprints.")

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection.") var collection = "default"
  @Argument(help: "The person's identifier.") var id: String

  func run() async throws {
    var request = GatewayV1.DeleteSpeakerRequest()
    request.collection = collection
    request.speakerId = id
    let answer = try await options.client().call(GatewayClient.Service.deleteSpeaker, request)
    print("removed \(id) with \(answer.deletedUtterances) recordings")
  }
}
