internal import Hummingbird
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// How collections go over to other epochs, and back.
struct Promotions: Sendable {
  private typealias Service = RegistryV1.PromotionService
  let upstreams: ConsoleUpstreams
  /// How long events may take before the browser is made to come again.
  let eventTime: Duration

  func add(to routes: Routes) {
    routes.on(.get, "promotions", query: ["collection", "pageSize", "pageToken"]) { call in
      let query = call.query
      let size = try query.size("pageSize")
      let page = try await upstreams.registry.call(
        Service.listPromotions,
        .with {
          ($0.collection, $0.pageSize, $0.pageToken) = (query.text("collection"), size, query.text("pageToken"))
        })
      return Response(json: PromotionPage(page))
    }
    routes.on(.post, "promotions") { call in
      try await call.with(PromotionBody.self) { body in
        let request = try body.request()
        let answer = try await upstreams.registry.call(Service.startPromotion, request)
        return Response(
          json: PromotionAnswer(answer.promotion ?? .init()), status: request.validateOnly ? .ok : .created)
      }
    }
    routes.on(.get, "promotions/unretained", query: ["collection", "toEpoch", "pageSize", "pageToken"]) {
      try await unretained($0)
    }
    routes.on(.get, "promotions/:promotion") { call in
      Response(json: PromotionAnswer(try await promotion(try call.name("promotion"))))
    }
    routes.on(.get, "promotions/:promotion/events") { try await events($0) }
    routes.on(.post, "promotions/:promotion/cancel") { call in
      let id = try call.name("promotion")
      let answer = try await upstreams.registry.call(Service.cancelPromotion, .with { $0.promotionId = id })
      return Response(json: PromotionAnswer(answer.promotion ?? .init()))
    }
    routes.on(.post, "promotions/:promotion/rollback") { call in
      let id = try call.name("promotion")
      return try await call.with(RollbackBody.self) { body in
        let policy = try PromotionBody.policy(body.unretainedPolicy, field: "unretainedPolicy")
        let answer = try await upstreams.registry.call(
          Service.rollback, .with { ($0.promotionId, $0.unretainedPolicy) = (id, policy) })
        return Response(json: PromotionAnswer(answer.promotion ?? .init()))
      }
    }
  }

  private func promotion(_ id: String) async throws -> RegistryV1.Promotion {
    try await upstreams.registry.call(Service.getPromotion, .with { $0.promotionId = id }).promotion ?? .init()
  }

  private func unretained(_ call: Call) async throws -> Response {
    let query = call.query
    let size = try query.size("pageSize")
    let page = try await upstreams.registry.call(
      Service.listSpeakersWithoutAudio,
      .with {
        ($0.collection, $0.toEpoch) = (query.text("collection"), query.text("toEpoch"))
        ($0.pageSize, $0.pageToken) = (size, query.text("pageToken"))
      })
    return Response(json: UnretainedPage(speakerIds: page.speakerIds, nextPageToken: page.nextPageToken))
  }

  private func events(_ call: Call) async throws -> Response {
    let id = try call.name("promotion")
    // A promotion that is not there is told before the stream begins.
    _ = try await promotion(id)
    let registry = upstreams.registry
    return EventStream.answer(to: call.context) { sink in
      let request = RegistryV1.WatchPromotionRequest.with { $0.promotionId = id }
      // When the registry goes the connection ends without `end`, and the browser comes again.
      for try await message in try await registry.call(Service.watchPromotion, request, timeout: eventTime) {
        let event = try ServerSentEvent("promotion", json: PromotionAnswer(message.promotion ?? .init()))
        guard await sink(event) else { return }
      }
      _ = await sink(.end)
    }
  }
}

/// A promotion to be begun.
struct PromotionBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case collection, toEpoch, unretainedPolicy, quorum, utterancesPerSecond, retainSeconds, validateOnly
  }
  let collection: String?
  let toEpoch: String?
  let unretainedPolicy: String?
  let quorum: Double?
  let utterancesPerSecond: Double?
  let retainSeconds: Double?
  let validateOnly: Bool?

  /// On the wire; fields are named behind `prefix`. Throws `invalidArgument` for what the wire cannot hold.
  func request(in prefix: String = "") throws(RecognitionError) -> RegistryV1.StartPromotionRequest {
    var request = RegistryV1.StartPromotionRequest()
    (request.collection, request.toEpoch) = (collection ?? "", toEpoch ?? "")
    request.unretainedPolicy = try Self.policy(unretainedPolicy, field: "\(prefix)unretainedPolicy")
    (request.quorum, request.utterancesPerSecond) = (quorum ?? 0, utterancesPerSecond ?? 0)
    request.validateOnly = validateOnly ?? false
    if let retainSeconds {
      guard (0...1e11).contains(retainSeconds) else {
        throw .invalid("\(prefix)retainSeconds", "\(retainSeconds) is not a time that can be kept")
      }
      request.retain = .init(seconds: retainSeconds)
    }
    return request
  }

  static func policy(_ name: String?, field: String) throws(RecognitionError) -> RegistryV1.UnretainedPolicy {
    guard let name else { return .unspecified }
    return try WireNames.policy.value(of: name, field: field)
  }
}

/// How a promotion is rolled back.
struct RollbackBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case unretainedPolicy }
  let unretainedPolicy: String?
}
