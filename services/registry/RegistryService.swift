internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Collections, people and search on the wire.
struct RegistryService: RPCService {
  typealias Service = RegistryV1.RegistryService

  let speakers: SpeakerStore

  func register(with router: inout Router) {
    registerCollections(with: &router)
    registerPeople(with: &router)
    registerSearch(with: &router)
  }

  private func registerCollections(with router: inout Router) {
    router.handle(Service.createCollection) { request, _ in
      let collection = try await speakers.createCollection(
        CollectionName(request.collection), epoch: EpochName.optional(request.epoch),
        retainAudio: AudioRetention(request.retainAudio))
      return .with { $0.collection = .init(collection) }
    }
    router.handle(Service.getCollection) { request, _ in
      let collection = try await speakers.collection(CollectionName(request.collection))
      return .with { $0.collection = .init(collection) }
    }
    router.handle(Service.listCollections) { request, _ in
      let page = try await speakers.collections(
        PageRequest(size: request.pageSize, token: request.pageToken), ofTenant: request.tenant)
      return .with {
        $0.collections = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.deleteCollection) { request, _ in
      let deleted = try await speakers.deleteCollection(CollectionName(request.collection))
      return .with { $0.deletedSpeakers = UInt64(clamping: deleted) }
    }
  }

  private func registerPeople(with router: inout Router) {
    router.handle(Service.enroll) { request, _ in .init(try await speakers.enroll(Enrolment(request))) }
    router.handle(Service.getSpeaker) { request, _ in
      let speaker = try await speakers.speaker(SpeakerID(request.speakerId), in: CollectionName(request.collection))
      return .with { $0.speaker = .init(speaker) }
    }
    router.handle(Service.listSpeakers) { request, _ in
      let page = try await speakers.speakers(
        in: CollectionName(request.collection), PageRequest(size: request.pageSize, token: request.pageToken),
        needingReenrollment: request.needsReenrollment)
      return .with {
        $0.speakers = page.elements.map { .init($0) }
        $0.nextPageToken = page.nextToken
      }
    }
    router.handle(Service.deleteSpeaker) { request, _ in
      let deleted = try await speakers.deleteSpeaker(
        SpeakerID(request.speakerId), in: CollectionName(request.collection))
      return .with { $0.deletedUtterances = UInt32(clamping: deleted) }
    }
    router.handle(Service.deleteUtterance) { request, _ in
      let rest = try await speakers.deleteUtterance(
        request.utteranceId, of: SpeakerID(request.speakerId), in: CollectionName(request.collection))
      return .with { $0.speaker = rest.map { .init($0) } }
    }
    router.handle(Service.getRecording) { request, _ in
      let recording = try await speakers.recording(
        request.utteranceId, of: SpeakerID(request.speakerId), in: CollectionName(request.collection))
      return .with { $0.audio = .init(recording) }
    }
  }

  private func registerSearch(with router: inout Router) {
    router.handle(Service.search) { request, _ in
      let result = try await speakers.search(
        Voiceprint(request.embedding, field: "embedding"), in: CollectionName(request.collection),
        topK: request.candidates)
      return .init(result)
    }
    router.handle(Service.verify) { request, _ in
      let match = try await speakers.verify(
        Voiceprint(request.embedding, field: "embedding"), as: SpeakerID(request.speakerId),
        in: CollectionName(request.collection))
      return .with { $0.match = .init(match) }
    }
  }
}
