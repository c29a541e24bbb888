internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// The public door: each handler checks the request, calls the domain and maps the answer.
struct GatewayService: RPCService {
  typealias Service = GatewayV1.GatewayService

  typealias Recogniser = Recognizer<MeteredExtractor, EmbeddingClient, RegistryClient, EpochClient>

  let recogniser: Recogniser
  let registry: RegistryClient
  let live: LiveService
  let metrics: GatewayMetrics

  func register(with router: inout Router) {
    router.handle(Service.embed) { request, _ in try await embed(request) }
    router.handle(Service.contrast) { request, _ in try await contrast(request) }
    router.handle(Service.enroll) { request, _ in try await enroll(request) }
    router.handle(Service.verify) { request, _ in try await verify(request) }
    router.handle(Service.identify) { request, _ in try await identify(request) }
    router.handle(Service.identifyStream) { requests, writer, _ in try await live.identify(requests, writer) }
    registerPeople(with: &router)
    registerCollections(with: &router)
  }

  func serverWillStop() { live.end() }

  private func embed(_ request: GatewayV1.EmbedRequest) async throws -> GatewayV1.EmbedResponse {
    let (voiceprint, report) = try await recogniser.embed(
      audio(request.audio, field: "audio"), epoch: .optional(request.epoch))
    metrics.embed.record([report])
    return .init(voiceprint, report)
  }

  private func contrast(_ request: GatewayV1.ContrastRequest) async throws -> GatewayV1.ContrastResponse {
    let answer = try await recogniser.contrast(
      audio(request.first, field: "first"), audio(request.second, field: "second"), threshold: request.threshold,
      epoch: .optional(request.epoch))
    metrics.contrast.record(answer.decision, score: answer.score, answer.reports)
    return .init(answer)
  }

  private func enroll(_ request: GatewayV1.EnrollRequest) async throws -> GatewayV1.EnrollResponse {
    var audios: [TypesV1.Audio] = []
    for (index, message) in request.audios.enumerated() {
      audios.append(try audio(message, field: "audios[\(index)]"))
    }
    let answer = try await recogniser.enroll(
      SpeakerID(request.speakerId), in: .named(request.collection), displayName: request.displayName,
      labels: request.labels, audios: audios, requestID: request.requestId)
    metrics.enroll.record(answer.reports)
    return .init(answer)
  }

  private func verify(_ request: GatewayV1.VerifyRequest) async throws -> GatewayV1.VerifyResponse {
    let answer = try await recogniser.verify(
      audio(request.audio, field: "audio"), as: SpeakerID(request.speakerId), in: .named(request.collection),
      threshold: request.threshold)
    metrics.verify.record(answer.decision, score: answer.match.score, [answer.report])
    return .init(answer)
  }

  private func identify(_ request: GatewayV1.IdentifyRequest) async throws -> GatewayV1.IdentifyResponse {
    let answer = try await recogniser.identify(
      audio(request.audio, field: "audio"), in: .named(request.collection), threshold: request.threshold,
      topK: Int(request.topK))
    metrics.identify.record(answer.decision, score: answer.candidates.first?.score, [answer.report])
    return .init(answer)
  }
}

extension GatewayService {
  private func registerPeople(with router: inout Router) {
    router.handle(Service.getSpeaker) { request, _ in
      let speaker = try await registry.speaker(SpeakerID(request.speakerId), in: .named(request.collection))
      return .with { $0.speaker = .init(speaker) }
    }
    router.handle(Service.listSpeakers) { request, _ in
      let page = try await registry.speakers(
        in: .named(request.collection), PageRequest(size: Int(request.pageSize), token: request.pageToken),
        needingReenrollment: request.needsReenrollment)
      return .with {
        $0.speakers = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.deleteSpeaker) { request, _ in
      let count = try await registry.deleteSpeaker(SpeakerID(request.speakerId), in: .named(request.collection))
      return .with { $0.deletedUtterances = UInt32(clamping: count) }
    }
    router.handle(Service.deleteUtterance) { request, _ in
      let rest = try await registry.deleteUtterance(
        request.utteranceId, of: SpeakerID(request.speakerId), in: .named(request.collection))
      return .with { $0.speaker = rest.map { .init($0) } }
    }
    router.handle(Service.getRecording) { request, _ in
      let recording = try await registry.recording(
        request.utteranceId, of: SpeakerID(request.speakerId), in: .named(request.collection))
      return .with { $0.audio = .init(recording) }
    }
  }

  private func registerCollections(with router: inout Router) {
    router.handle(Service.createCollection) { request, _ in
      let collection = try await registry.createCollection(
        CollectionName(request.collection), epoch: .optional(request.epoch),
        retainAudio: AudioRetention(request.retainAudio))
      return .with { $0.collection = .init(collection) }
    }
    router.handle(Service.getCollection) { request, _ in
      let collection = try await registry.collection(.named(request.collection))
      return .with { $0.collection = .init(collection) }
    }
    router.handle(Service.listCollections) { request, _ in
      let page = try await registry.collections(PageRequest(size: Int(request.pageSize), token: request.pageToken))
      return .with {
        $0.collections = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.deleteCollection) { request, _ in
      let count = try await registry.deleteCollection(CollectionName(request.collection))
      return .with { $0.deletedSpeakers = UInt64(clamping: count) }
    }
  }
}
