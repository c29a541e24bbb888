/// Contrast, enrolment, verification and identification: audio → features → voiceprints → registry.
///
/// Every call pins one epoch at its beginning and uses it to the end, on whichever replicas its parts run. A call in a
/// collection that gets another epoch meanwhile begins again with that one.
package struct Recognizer<
  Extractor: FeatureExtracting, Networks: VoiceprintMaking, Registry: SpeakerRegistry, Catalogue: EpochCatalogue
>: Sendable {
  /// Audio as the extractor takes it.
  package typealias Audio = Extractor.Audio

  private let extractor: Extractor
  private let networks: Networks
  private let registry: Registry
  private let catalogue: Catalogue

  /// A recogniser of its four parts.
  package init(extractor: Extractor, networks: Networks, registry: Registry, catalogue: Catalogue) {
    self.extractor = extractor
    self.networks = networks
    self.registry = registry
    self.catalogue = catalogue
  }

  /// The voiceprint of one piece of audio; nil is the default epoch. Throws `RecognitionError`.
  package func embed(_ audio: Audio, epoch: EpochName?) async throws -> (Voiceprint, AudioReport) {
    let record = try await catalogue.epoch(epoch)
    let (voiceprints, reports) = try await voiceprints(of: [("audio", audio)], epoch: record)
    return (voiceprints[0], reports[0])
  }

  /// Whether two pieces of audio are of the same person. Throws `RecognitionError`.
  package func contrast(
    _ first: Audio, _ second: Audio, threshold: Double?, epoch: EpochName?
  ) async throws -> ContrastAnswer {
    let record = try await catalogue.epoch(epoch)
    let threshold = try Threshold(requested: threshold, epoch: record.manifest)
    let (voiceprints, reports) = try await voiceprints(of: [("first", first), ("second", second)], epoch: record)
    let score = try voiceprints[0].cosine(to: voiceprints[1])
    return ContrastAnswer(
      score: score, threshold: threshold, decision: threshold.decide(score), epoch: record.name, reports: reports)
  }

  /// Enrols a person with all of the recordings or none. Throws `RecognitionError`.
  package func enroll(
    _ speaker: SpeakerID, in collection: CollectionName, displayName: String?, labels: [String: String],
    audios: [Audio], requestID: String
  ) async throws -> EnrollAnswer {
    guard !audios.isEmpty else { throw RecognitionError.invalid("audios", "at least one recording is needed") }
    try Enrolment.checkCount(audios.count, field: "audios")
    try Enrolment.check(displayName: displayName, labels: labels, requestID: requestID)
    // A call that is tried again, on another replica or after a flip, must not enrol twice, whether or not the caller
    // thought of it.
    let isNamed = !requestID.isEmpty
    let requestID = isNamed ? requestID : Self.newRequestID()
    return try await pinned(collection) { target, record in
      let named = audios.enumerated().map { ("audios[\($0.offset)]", $0.element) }
      let (voiceprints, reports) = try await voiceprints(of: named, epoch: record)
      let utterances = try audios.indices.map { index in
        Enrolment.NewUtterance(
          voiceprint: voiceprints[index], report: reports[index],
          recording: target.retainAudio == .none ? nil : try extractor.recording(of: audios[index]))
      }
      let enrolment = try Enrolment(
        collection: collection, speaker: speaker, displayName: displayName, labels: labels, utterances: utterances,
        requestID: requestID)
      var result = try await registry.enroll(enrolment)
      result.replayed = result.replayed && isNamed
      return EnrollAnswer(result: result, reports: reports, epoch: record.name)
    }
  }

  /// Whether the audio is of the claimed person. Throws `RecognitionError`.
  package func verify(
    _ audio: Audio, as speaker: SpeakerID, in collection: CollectionName, threshold: Double?
  ) async throws -> VerifyAnswer {
    try await pinned(collection) { _, record in
      let threshold = try Threshold(requested: threshold, epoch: record.manifest)
      let (voiceprints, reports) = try await voiceprints(of: [("audio", audio)], epoch: record)
      let match = try await registry.verify(voiceprints[0], as: speaker, in: collection)
      return VerifyAnswer(
        match: match, threshold: threshold, decision: threshold.decide(match.score), epoch: record.name,
        report: reports[0])
    }
  }

  /// Who of the collection it is, if anybody. Throws `RecognitionError`.
  package func identify(
    _ audio: Audio, in collection: CollectionName, threshold: Double?, topK: Int
  ) async throws -> IdentifyAnswer {
    let wanted = topK == 0 ? SearchResult.standardTopK : topK
    guard (1...SearchResult.maximumTopK).contains(wanted) else {
      throw RecognitionError.invalid("top_k", "must be 1 to \(SearchResult.maximumTopK), or 0 for the usual 5")
    }
    return try await pinned(collection) { _, record in
      let threshold = try Threshold(requested: threshold, epoch: record.manifest)
      let (voiceprints, reports) = try await voiceprints(of: [("audio", audio)], epoch: record)
      // The runner-up is needed for the margin even when only the best is wanted.
      let found = try await registry.search(voiceprints[0], in: collection, topK: max(2, wanted))
      let scores = found.matches.map(\.score)
      return IdentifyAnswer(
        candidates: Array(found.matches.prefix(wanted)), gallerySize: found.gallerySize,
        margin: scores.count > 1 ? scores[0] - scores[1] : nil, threshold: threshold,
        decision: scores.first.map(threshold.decide) ?? .rejected, epoch: record.name, report: reports[0])
    }
  }

  private static func newRequestID() -> String {
    var generator = SystemRandomNumberGenerator()
    return "own-" + String(generator.next() as UInt64, radix: 16) + String(generator.next() as UInt64, radix: 16)
  }

  /// Runs `body` with the collection's epoch; at most twice more, with the new one, when the registry says that the
  /// collection got another epoch meanwhile. It says so before it writes; where an answer was lost between, the
  /// request's id keeps anybody from being enrolled twice.
  private func pinned<Answer: Sendable>(
    _ collection: CollectionName, _ body: (SpeakerCollection, EpochRecord) async throws -> Answer
  ) async throws -> Answer {
    for _ in 0..<2 {
      do { return try await attempt(collection, body) } catch let error as RecognitionError
      where error.reason == "EPOCH_MISMATCH" { continue }
    }
    return try await attempt(collection, body)
  }

  private func attempt<Answer: Sendable>(
    _ collection: CollectionName, _ body: (SpeakerCollection, EpochRecord) async throws -> Answer
  ) async throws -> Answer {
    let target = try await registry.collection(collection)
    return try await body(target, try await catalogue.epoch(target.epoch))
  }

  /// Features of all pieces at the same time, then their voiceprints in one call; each piece has its field's name.
  private func voiceprints(
    of audios: [(field: String, audio: Audio)], epoch: EpochRecord
  ) async throws -> ([Voiceprint], [AudioReport]) {
    let frontEnd = epoch.manifest.frontEnd
    let extracted = try await withThrowingTaskGroup(of: (Int, FeatureMatrix, AudioReport).self) { group in
      for (index, item) in audios.enumerated() {
        group.addTask {
          let (features, report) = try await extractor.features(of: item.audio, frontEnd: frontEnd, field: item.field)
          return (index, features, report)
        }
      }
      var results = [(FeatureMatrix, AudioReport)?](repeating: nil, count: audios.count)
      for try await (index, features, report) in group { results[index] = (features, report) }
      return results.compactMap { $0 }
    }
    let voiceprints = try await networks.voiceprints(of: extracted.map(\.0), epoch: epoch.name)
    guard voiceprints.count == audios.count, voiceprints.allSatisfy({ $0.epoch == epoch.name }) else {
      throw RecognitionError(
        .internal, reason: "EMBEDDING_ANSWER", "the embedding service did not answer with one voiceprint of epoch "
          + "'\(epoch.name)' for each of \(audios.count) recordings")
    }
    return (voiceprints, extracted.map(\.1))
  }
}
