internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// The collections of people.
struct Collections: Sendable {
  private typealias Service = GatewayV1.GatewayService
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(.get, "collections", query: ["pageSize", "pageToken"]) { call in
      let size = try call.query.size("pageSize")
      let page = try await upstreams.gateway.call(
        Service.listCollections, .with { ($0.pageSize, $0.pageToken) = (size, call.query.text("pageToken")) })
      return Response(json: CollectionPage(page))
    }
    routes.on(.post, "collections") { call in
      try await call.with(CollectionBody.self) { body in
        let retention = try body.retainAudio.map { name throws(RecognitionError) in
          try WireNames<TypesV1.AudioRetention>.retention.value(of: name, field: "retainAudio")
        }
        let answer = try await upstreams.gateway.call(
          Service.createCollection,
          .with {
            ($0.collection, $0.epoch) = (body.collection, body.epoch ?? "")
            $0.retainAudio = retention ?? .unspecified
          })
        return Response(json: CollectionAnswer(answer.collection ?? .init()), status: .created)
      }
    }
    routes.on(.get, "collections/:collection") { call in
      let name = try call.name("collection")
      let answer = try await upstreams.gateway.call(Service.getCollection, .with { $0.collection = name })
      return Response(json: CollectionAnswer(answer.collection ?? .init()))
    }
    routes.on(.delete, "collections/:collection") { call in
      let name = try call.name("collection")
      let answer = try await upstreams.gateway.call(Service.deleteCollection, .with { $0.collection = name })
      return Response(json: ["deletedSpeakers": answer.deletedSpeakers])
    }
  }
}

/// A collection to be made.
struct CollectionBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case collection, epoch, retainAudio }
  let collection: String
  let epoch: String?
  let retainAudio: String?
}

struct CollectionPage: Encodable, Sendable {
  let collections: [CollectionAnswer]
  let nextPageToken: String

  init(_ message: GatewayV1.ListCollectionsResponse) {
    collections = message.collections.map(CollectionAnswer.init)
    nextPageToken = message.nextPageToken
  }
}

struct CollectionAnswer: Encodable, Sendable {
  let name: String
  let epoch: String
  let speakerCount: UInt64
  let createTime: String?
  let retainAudio: String

  init(_ message: TypesV1.Collection) {
    (name, epoch, speakerCount) = (message.name, message.epoch, message.speakerCount)
    createTime = message.createTime?.text
    retainAudio = WireNames.retention.name(of: message.retainAudio)
  }
}
