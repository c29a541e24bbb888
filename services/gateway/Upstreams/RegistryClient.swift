internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

/// The registry service as the domain sees it.
struct RegistryClient: SpeakerRegistry {
  let upstream: Upstream

  private typealias Service = RegistryV1.RegistryService

  func createCollection(
    _ name: CollectionName, epoch: EpochName?, retainAudio: AudioRetention
  ) async throws -> SpeakerCollection {
    var request = RegistryV1.CreateCollectionRequest()
    request.collection = try tenancy.inside(name).value
    request.epoch = epoch?.value ?? ""
    request.retainAudio = .init(retainAudio)
    return try collection(of: try await call(Service.createCollection, request).collection)
  }

  func collection(_ name: CollectionName) async throws -> SpeakerCollection {
    var request = RegistryV1.GetCollectionRequest()
    request.collection = try tenancy.inside(name).value
    return try collection(of: try await call(Service.getCollection, request).collection)
  }

  func collections(_ page: PageRequest) async throws -> Page<SpeakerCollection> {
    var request = RegistryV1.ListCollectionsRequest()
    request.pageSize = UInt32(page.size)
    request.pageToken = page.token
    request.tenant = tenancy.tenant?.value ?? ""
    let response = try await call(Service.listCollections, request)
    return Page(
      elements: try response.collections.map { try collection(of: $0) }, nextToken: response.nextPageToken)
  }

  func deleteCollection(_ name: CollectionName) async throws -> Int {
    var request = RegistryV1.DeleteCollectionRequest()
    request.collection = try tenancy.inside(name).value
    return Int(clamping: try await call(Service.deleteCollection, request).deletedSpeakers)
  }

  func enroll(_ enrolment: Enrolment) async throws -> EnrolmentResult {
    var request = RegistryV1.EnrollRequest()
    request.collection = try tenancy.inside(enrolment.collection).value
    request.speakerId = enrolment.speaker.value
    request.displayName = enrolment.displayName
    request.labels = enrolment.labels
    request.requestId = enrolment.requestID
    request.utterances = enrolment.utterances.map { utterance in
      .with {
        $0.embedding = .init(utterance.voiceprint)
        $0.report = .init(utterance.report)
        $0.audio = utterance.recording.map { .init($0) }
      }
    }
    try await checkQuota(enrolment)
    let response = try await call(Service.enroll, request)
    if response.created { KeyHolder.current?.usage.countEnrolled() }
    return EnrolmentResult(
      speaker: try Speaker(response.speaker), created: response.created, replayed: response.replayed)
  }

  func speaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Speaker {
    var request = RegistryV1.GetSpeakerRequest()
    request.collection = try tenancy.inside(collection).value
    request.speakerId = id.value
    return try Speaker(try await call(Service.getSpeaker, request).speaker)
  }

  func speakers(
    in collection: CollectionName, _ page: PageRequest, needingReenrollment: Bool
  ) async throws -> Page<Speaker> {
    var request = RegistryV1.ListSpeakersRequest()
    request.collection = try tenancy.inside(collection).value
    request.pageSize = UInt32(page.size)
    request.pageToken = page.token
    request.needsReenrollment = needingReenrollment
    let response = try await call(Service.listSpeakers, request)
    return Page(elements: try response.speakers.map { try Speaker($0) }, nextToken: response.nextPageToken)
  }

  func deleteSpeaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Int {
    var request = RegistryV1.DeleteSpeakerRequest()
    request.collection = try tenancy.inside(collection).value
    request.speakerId = id.value
    return Int(try await call(Service.deleteSpeaker, request).deletedUtterances)
  }

  func deleteUtterance(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Speaker? {
    var request = RegistryV1.DeleteUtteranceRequest()
    request.collection = try tenancy.inside(collection).value
    request.speakerId = speaker.value
    request.utteranceId = utterance
    guard let rest = try await call(Service.deleteUtterance, request).speaker else { return nil }
    return try Speaker(rest)
  }

  func recording(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Recording {
    var request = RegistryV1.GetRecordingRequest()
    request.collection = try tenancy.inside(collection).value
    request.speakerId = speaker.value
    request.utteranceId = utterance
    return try Recording(try await call(Service.getRecording, request).audio ?? .init(), field: "audio")
  }

  func search(_ voiceprint: Voiceprint, in collection: CollectionName, topK: Int) async throws -> SearchResult {
    var request = RegistryV1.SearchRequest()
    request.collection = try tenancy.inside(collection).value
    request.embedding = .init(voiceprint)
    request.topK = UInt32(clamping: topK)
    let response = try await call(Service.search, request)
    return SearchResult(
      matches: try response.matches.map { try Match($0) }, gallerySize: Int(clamping: response.gallerySize))
  }

  func verify(
    _ voiceprint: Voiceprint, as speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Match {
    var request = RegistryV1.VerifyRequest()
    request.collection = try tenancy.inside(collection).value
    request.speakerId = speaker.value
    request.embedding = .init(voiceprint)
    return try Match(try await call(Service.verify, request).match)
  }

  private func collection(of message: TypesV1.Collection?) throws -> SpeakerCollection {
    guard let message else {
      throw RecognitionError(.internal, reason: "REGISTRY_ANSWER", "the registry answered without a collection")
    }
    var collection = try SpeakerCollection(message)
    collection.name = try tenancy.outside(collection.name)
    return collection
  }

  /// Throws `resourceExhausted` for one person more than the caller's tenant may have.
  private func checkQuota(_ enrolment: Enrolment) async throws {
    guard let caller = KeyHolder.current, caller.usage.hasAllSpeakers(of: caller.speakers) else { return }
    // Those who are enrolled already may be so again.
    do { _ = try await speaker(enrolment.speaker, in: enrolment.collection) } catch let error as RecognitionError
      where error.code == .notFound
    {
      // How many there are is counted anew when the key is looked up.
      throw RecognitionError(
        .resourceExhausted, reason: "SPEAKER_QUOTA",
        "the key's people are all enrolled (\(caller.key.limits.speakers ?? 0)): delete others first",
        retryAfter: .seconds(60))
    }
  }

  /// Whose names of collections the calls mean.
  private var tenancy: Tenancy { .current }

  private func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request
  ) async throws -> Response {
    do { return try await upstream.call(method, request) } catch let error as RecognitionError {
      throw tenancy.outside(error)
    }
  }
}
