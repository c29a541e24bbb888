internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint collections`: the galleries that people are enrolled in.
struct Collections: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, create and delete collections.", subcommands: [List.self, Create.self, Delete.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the collections.")
    @OptionGroup var options: GatewayOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let client = try options.client()
      var found: [TypesV1.Collection] = []
      var token = ""
      repeat {
        var request = GatewayV1.ListCollectionsRequest()
        request.pageSize = 1000
        request.pageToken = token
        let page = try await client.call(GatewayClient.Service.listCollections, request)
        found += page.collections
        token = page.nextPageToken
      } while !token.isEmpty
      if json { return try printJSON(found.map(Line.init)) }
      var table = TextTable("collection", "people", "epoch", "audio")
      for item in found {
        table.add(item.name, "\(item.speakerCount)", item.epoch, item.retainAudio == .encrypted ? "encrypted" : "none")
      }
      print(table.text)
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create an empty collection.")
    @OptionGroup var options: GatewayOptions
    @Argument(help: "Its name.") var name: String
    @Option(help: "The epoch of its voiceprints. Default: the registry's default.") var epoch = ""
    @Flag(help: "Keep the recordings, encrypted, so that another epoch can make voiceprints of them.")
    var retainAudio = false

    func run() async throws {
      var request = GatewayV1.CreateCollectionRequest()
      request.collection = name
      request.epoch = epoch
      request.retainAudio = retainAudio ? .encrypted : .none
      let answer = try await options.client().call(GatewayClient.Service.createCollection, request)
      print("created \(name) with epoch \(answer.collection?.epoch ?? "")")
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a collection and everyone in it.")
    @OptionGroup var options: GatewayOptions
    @Argument(help: "Its name.") var name: String

    func run() async throws {
      var request = GatewayV1.DeleteCollectionRequest()
      request.collection = name
      let answer = try await options.client().call(GatewayClient.Service.deleteCollection, request)
      print("deleted \(name) with \(answer.deletedSpeakers) people")
    }
  }

  private struct Line: Encodable {
    let collection: String
    let people: UInt64
    let epoch: String
    let retainAudio: Bool

    init(_ message: TypesV1.Collection) {
      (collection, people, epoch) = (message.name, message.speakerCount, message.epoch)
      retainAudio = message.retainAudio == .encrypted
    }
  }
}
