internal import FoundationEssentials
internal import Hummingbird
internal import VoiceMessages
internal import VoiceServiceKit

/// Contrast, verification and identification.
struct Recognition: Sendable {
  private typealias Service = GatewayV1.GatewayService
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(.post, "contrast") { try await contrast($0) }
    routes.on(.post, "collections/:collection/identify", query: ["topK", "threshold"]) { try await identify($0) }
    routes.on(.post, "collections/:collection/speakers/:speaker/verify", query: ["threshold"]) {
      try await verify($0)
    }
  }

  private func contrast(_ call: Call) async throws -> Response {
    try await call.with(ContrastBody.self) { body in
      let answer = try await upstreams.gateway.call(
        Service.contrast,
        .with {
          $0.first = .with { $0.content = Bytes(body.first) }
          $0.second = .with { $0.content = Bytes(body.second) }
          ($0.threshold, $0.epoch) = (body.threshold, body.epoch ?? "")
        })
      return Response(json: ContrastAnswer(answer))
    }
  }

  private func identify(_ call: Call) async throws -> Response {
    let (collection, topK) = (try call.name("collection"), try call.query.size("topK"))
    let threshold = try call.query.number("threshold")
    return try await call.withAudio { audio in
      let answer = try await upstreams.gateway.call(
        Service.identify,
        .with {
          ($0.collection, $0.audio, $0.threshold, $0.topK) = (collection, audio, threshold, topK)
        })
      return Response(json: IdentifyAnswer(answer))
    }
  }

  private func verify(_ call: Call) async throws -> Response {
    let (collection, speaker) = (try call.name("collection"), try call.name("speaker"))
    let threshold = try call.query.number("threshold")
    return try await call.withAudio { audio in
      let answer = try await upstreams.gateway.call(
        Service.verify,
        .with {
          ($0.collection, $0.speakerId, $0.audio, $0.threshold) = (collection, speaker, audio, threshold)
        })
      return Response(json: VerifyAnswer(answer))
    }
  }
}

/// Two recordings to compare.
struct ContrastBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case first, second, threshold, epoch }
  let first: Data
  let second: Data
  let threshold: Double?
  let epoch: String?
}

struct ContrastAnswer: Encodable, Sendable {
  let score: Double
  let threshold: Double
  let decision: String
  let epoch: String
  let firstReport: AudioReport?
  let secondReport: AudioReport?

  init(_ message: GatewayV1.ContrastResponse) {
    (score, threshold, epoch) = (message.score, message.threshold, message.epoch)
    decision = WireNames.decision.name(of: message.decision)
    firstReport = message.firstReport.map(AudioReport.init)
    secondReport = message.secondReport.map(AudioReport.init)
  }
}

struct VerifyAnswer: Encodable, Sendable {
  let score: Double
  let threshold: Double
  let decision: String
  let epoch: String
  let report: AudioReport?

  init(_ message: GatewayV1.VerifyResponse) {
    (score, threshold, epoch) = (message.score, message.threshold, message.epoch)
    decision = WireNames.decision.name(of: message.decision)
    report = message.report.map(AudioReport.init)
  }
}

struct IdentifyAnswer: Encodable, Sendable {
  let decision: String
  let speakerId: String
  let candidates: [Match]
  let score: Double
  let threshold: Double
  let margin: Double?
  let gallerySize: UInt64
  let epoch: String
  let report: AudioReport?

  init(_ message: GatewayV1.IdentifyResponse) {
    decision = WireNames.decision.name(of: message.decision)
    (speakerId, candidates) = (message.speakerId, message.candidates.map(Match.init))
    (score, threshold, margin) = (message.score, message.threshold, message.margin)
    (gallerySize, epoch) = (message.gallerySize, message.epoch)
    report = message.report.map(AudioReport.init)
  }
}
