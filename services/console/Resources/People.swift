internal import FoundationEssentials
internal import Hummingbird
internal import VoiceMessages
internal import VoiceServiceKit

/// The people of a collection.
struct People: Sendable {
  private typealias Service = GatewayV1.GatewayService
  private static let person: RouterPath = "collections/:collection/speakers/:speaker"
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(
      .get, "collections/:collection/speakers", query: ["pageSize", "pageToken", "needsReenrollment", "search"]
    ) { try await list($0) }
    routes.on(.get, Self.person) { call in
      let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
      let answer = try await upstreams.gateway.call(
        Service.getSpeaker, .with { ($0.collection, $0.speakerId) = (collection, speaker) })
      return Response(json: SpeakerAnswer(answer.speaker ?? .init()))
    }
    routes.on(.delete, Self.person) { call in
      let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
      let answer = try await upstreams.gateway.call(
        Service.deleteSpeaker, .with { ($0.collection, $0.speakerId) = (collection, speaker) })
      return Response(json: ["deletedUtterances": answer.deletedUtterances])
    }
    routes.on(.post, "\(Self.person)/utterances") { try await enroll($0) }
    routes.on(.get, "\(Self.person)/utterances/:utterance/audio") { call in
      let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
      let utterance = try call.name("utterance")
      let answer = try await upstreams.gateway.call(
        Service.getRecording,
        .with { ($0.collection, $0.speakerId, $0.utteranceId) = (collection, speaker, utterance) })
      return Response(playing: try PlayableAudio(answer.audio ?? .init()))
    }
    routes.on(.delete, "\(Self.person)/utterances/:utterance") { call in
      let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
      let utterance = try call.name("utterance")
      let answer = try await upstreams.gateway.call(
        Service.deleteUtterance,
        .with { ($0.collection, $0.speakerId, $0.utteranceId) = (collection, speaker, utterance) })
      return Response(json: RestAnswer(speaker: answer.speaker.map(SpeakerAnswer.init)))
    }
  }

  private func list(_ call: Call) async throws -> Response {
    let query = call.query
    var request = GatewayV1.ListSpeakersRequest()
    request.collection = try call.name("collection")
    (request.pageSize, request.pageToken) = (try query.size("pageSize"), query.text("pageToken"))
    request.needsReenrollment = try query.flag("needsReenrollment")
    if let search = query.text("search").orNil {
      return Response(
        json: try await PeopleSearch(text: search, request: request).run { request in
          try await upstreams.gateway.call(Service.listSpeakers, request)
        })
    }
    let page = try await upstreams.gateway.call(Service.listSpeakers, request)
    return Response(json: SpeakerPage(speakers: page.speakers, nextPageToken: page.nextPageToken))
  }

  private func enroll(_ call: Call) async throws -> Response {
    let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
    return try await call.with(EnrollBody.self) { body in
      let answer = try await upstreams.gateway.call(
        Service.enroll,
        .with {
          ($0.collection, $0.speakerId, $0.displayName) = (collection, speaker, body.displayName)
          ($0.labels, $0.requestId) = (body.labels ?? [:], body.requestId ?? "")
          $0.audios = body.audios.map { audio in .with { $0.content = Bytes(audio) } }
        })
      return Response(json: EnrollAnswer(answer))
    }
  }
}

/// Recordings of a person.
struct EnrollBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case displayName, labels, requestId, audios }
  let displayName: String?
  let labels: [String: String]?
  let requestId: String?
  let audios: [Data]
}

struct EnrollAnswer: Encodable, Sendable {
  let speaker: SpeakerAnswer?
  let created: Bool
  let replayed: Bool
  let reports: [AudioReport]
  let epoch: String

  init(_ message: GatewayV1.EnrollResponse) {
    speaker = message.speaker.map(SpeakerAnswer.init)
    (created, replayed, epoch) = (message.created, message.replayed, message.epoch)
    reports = message.reports.map(AudioReport.init)
  }
}

/// What is left of a person; nothing when the last recording went.
struct RestAnswer: Encodable, Sendable {
  let speaker: SpeakerAnswer?
}

struct SpeakerPage: Encodable, Sendable {
  let speakers: [SpeakerAnswer]
  let nextPageToken: String

  init(speakers: [TypesV1.Speaker], nextPageToken: String) {
    self.speakers = speakers.map(SpeakerAnswer.init)
    self.nextPageToken = nextPageToken
  }
}

struct SpeakerAnswer: Encodable, Sendable {
  struct Utterance: Encodable, Sendable {
    let utteranceId: String
    let report: AudioReport?
    let createTime: String?
    let hasAudio: Bool
  }

  let speakerId: String
  let displayName: String
  let labels: [String: String]
  let utterances: [Utterance]
  let epoch: String
  let createTime: String?
  let updateTime: String?
  let needsReenrollment: Bool

  init(_ message: TypesV1.Speaker) {
    (speakerId, displayName, labels) = (message.speakerId, message.displayName, message.labels)
    utterances = message.utterances.map { utterance in
      Utterance(
        utteranceId: utterance.utteranceId, report: utterance.report.map(AudioReport.init),
        createTime: utterance.createTime?.text, hasAudio: utterance.hasAudio)
    }
    (epoch, needsReenrollment) = (message.epoch, message.needsReenrollment)
    (createTime, updateTime) = (message.createTime?.text, message.updateTime?.text)
  }
}
