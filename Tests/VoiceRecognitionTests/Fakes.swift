import VoiceRecognition

/// Parts for the recogniser that answer from what they are given: the audio *is* the voiceprint's values.
struct EchoExtractor: FeatureExtracting {
  func features(
    of audio: [Float], frontEnd: FrontEnd, field: String
  ) async throws -> (FeatureMatrix, AudioReport) {
    if audio.isEmpty { throw RecognitionError.invalid(field, "is empty") }
    let report = AudioReport(durationSeconds: Double(audio.count))
    return (FeatureMatrix(values: audio, frames: 1, bins: audio.count), report)
  }
  func recording(of audio: [Float]) -> Recording { Recording(content: audio.map { UInt8($0) }) }
}

struct EchoNetworks: VoiceprintMaking {
  var answers: EpochName?
  func voiceprints(of features: [FeatureMatrix], epoch: EpochName) async throws -> [Voiceprint] {
    features.map { Voiceprint(values: $0.values, epoch: answers ?? epoch) }
  }
}

struct OneEpoch: EpochCatalogue {
  let record: EpochRecord
  init(threshold: Double) throws {
    var manifest = EpochManifestTests.sealed
    manifest.threshold = threshold
    record = try EpochRecord(
      manifest: manifest.sealed(), isDefault: true, inUse: true, createTime: Timestamp(microseconds: 0))
  }
  func epoch(_ name: EpochName?) async throws -> EpochRecord {
    if let name, name != record.name { throw RecognitionError.missing("epoch", name.value) }
    return record
  }
  func epochs() async throws -> [EpochRecord] { [record] }
}

/// A registry of one collection in memory, exact and without any promise about speed.
actor MemoryRegistry: SpeakerRegistry {
  let epoch: EpochName
  private var people: [SpeakerID: (speaker: Speaker, prints: [Voiceprint])] = [:]
  private var flips = 0
  private var answers: [String: EnrolmentResult] = [:]
  private var losesAnswer = false
  /// How many calls with a voiceprint came.
  private(set) var calls = 0
  init(epoch: EpochName) { self.epoch = epoch }

  /// Does the next enrolment and answers as a retry of it would be, after a flip that came between.
  func loseAnswer() { losesAnswer = true }

  /// Answers the next calls with a voiceprint as if the collection had got another epoch just before.
  func flip(times: Int) { flips = times }

  private func pass(_ epoch: EpochName) throws {
    calls += 1
    guard flips > 0 else { return }
    flips -= 1
    throw RecognitionError.epochMismatch(expected: epoch, actual: try EpochName("Before-1"))
  }

  func createCollection(
    _ name: CollectionName, epoch: EpochName?, retainAudio: AudioRetention
  ) async throws -> SpeakerCollection {
    throw RecognitionError(.alreadyExists, reason: "COLLECTION_EXISTS", "there is one collection")
  }
  func collection(_ name: CollectionName) async throws -> SpeakerCollection {
    guard name == .standard else { throw RecognitionError.missing("collection", name.value) }
    return SpeakerCollection(
      name: name, epoch: epoch, speakerCount: people.count, createTime: Timestamp(microseconds: 0))
  }
  func collections(_ page: PageRequest) async throws -> Page<SpeakerCollection> {
    Page(elements: [try await collection(.standard)], nextToken: "")
  }
  func deleteCollection(_ name: CollectionName) async throws -> Int { people.count }

  func enroll(_ enrolment: Enrolment) async throws -> EnrolmentResult {
    try pass(epoch)
    if var earlier = answers[enrolment.requestID] {
      earlier.replayed = true
      return earlier
    }
    let prints = (people[enrolment.speaker]?.prints ?? []) + enrolment.utterances.map(\.voiceprint)
    let speaker = Speaker(
      id: enrolment.speaker, displayName: enrolment.displayName ?? "", labels: enrolment.labels,
      utterances: prints.indices.map { Utterance(id: "\($0)", report: .init(), createTime: .init(microseconds: 0)) },
      epoch: epoch, createTime: .init(microseconds: 0), updateTime: .init(microseconds: 0))
    let created = people.updateValue((speaker, prints), forKey: enrolment.speaker) == nil
    let result = EnrolmentResult(speaker: speaker, created: created, replayed: false)
    if !enrolment.requestID.isEmpty { answers[enrolment.requestID] = result }
    if losesAnswer {
      losesAnswer = false
      throw RecognitionError.epochMismatch(expected: epoch, actual: try EpochName("Before-1"))
    }
    return result
  }
  func speaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Speaker {
    guard let person = people[id] else { throw RecognitionError.missing("speaker", id.value) }
    return person.speaker
  }
  func speakers(
    in collection: CollectionName, _ page: PageRequest, needingReenrollment: Bool
  ) async throws -> Page<Speaker> {
    Page(elements: people.values.map(\.speaker), nextToken: "")
  }
  func deleteSpeaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Int {
    people.removeValue(forKey: id)?.prints.count ?? 0
  }
  func deleteUtterance(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Speaker? { nil }
  func recording(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Recording { throw RecognitionError.missing("utterance", utterance) }

  func search(_ voiceprint: Voiceprint, in collection: CollectionName, topK: Int) async throws -> SearchResult {
    try pass(epoch)
    var matches: [Match] = []
    for (id, person) in people {
      let score = try Template.make(of: person.prints).cosine(to: voiceprint)
      matches.append(Match(speaker: id, displayName: person.speaker.displayName, score: score))
    }
    matches.sort { $0.score > $1.score }
    return SearchResult(matches: Array(matches.prefix(topK)), gallerySize: people.count)
  }
  func verify(_ voiceprint: Voiceprint, as speaker: SpeakerID, in collection: CollectionName) async throws -> Match {
    try pass(epoch)
    guard let person = people[speaker] else { throw RecognitionError.missing("speaker", speaker.value) }
    return Match(
      speaker: speaker, displayName: "", score: try Template.make(of: person.prints).cosine(to: voiceprint))
  }
}
