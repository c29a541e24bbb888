/// Keeps who is enrolled and finds whom a voiceprint belongs to.
///
/// The registry service implements it on PostgreSQL; the gateway implements it as a client of that service. What a call
/// changed is seen by every later call, on whichever replica. All methods throw `RecognitionError`.
package protocol SpeakerRegistry: Sendable {
  /// Makes an empty collection; nil is the default epoch. Throws `alreadyExists`, `notFound` for an unknown epoch,
  /// `failedPrecondition` when audio is to be retained and there is no key to encrypt it with.
  func createCollection(
    _ name: CollectionName, epoch: EpochName?, retainAudio: AudioRetention
  ) async throws -> SpeakerCollection
  /// One collection. Throws `notFound`.
  func collection(_ name: CollectionName) async throws -> SpeakerCollection
  /// Collections by name.
  func collections(_ page: PageRequest) async throws -> Page<SpeakerCollection>
  /// Deletes a collection and everyone in it; gives the number of people. Throws `notFound`.
  func deleteCollection(_ name: CollectionName) async throws -> Int

  /// Adds utterances to a person. Throws `notFound` for the collection, `failedPrecondition` for another epoch.
  func enroll(_ enrolment: Enrolment) async throws -> EnrolmentResult
  /// One person. Throws `notFound`.
  func speaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Speaker
  /// People of a collection by identifier: all, or those who must be enrolled anew. Throws `notFound` for the
  /// collection.
  func speakers(
    in collection: CollectionName, _ page: PageRequest, needingReenrollment: Bool
  ) async throws -> Page<Speaker>
  /// Deletes a person; gives the number of utterances that went too. Throws `notFound`.
  func deleteSpeaker(_ id: SpeakerID, in collection: CollectionName) async throws -> Int
  /// Deletes one utterance; nil when it was the last and the person went with it. Throws `notFound`.
  func deleteUtterance(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Speaker?
  /// The recording of an utterance as it was sent. Throws `notFound`, `failedPrecondition` when it was not kept.
  func recording(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws -> Recording

  /// The nearest people, best first, and how many were compared.
  /// Throws `notFound` for the collection, `failedPrecondition` for another epoch.
  func search(_ voiceprint: Voiceprint, in collection: CollectionName, topK: Int) async throws -> SearchResult
  /// The score of one person. Throws `notFound` if nobody of that identifier is enrolled, `failedPrecondition` if the
  /// person must be enrolled anew.
  func verify(_ voiceprint: Voiceprint, as speaker: SpeakerID, in collection: CollectionName) async throws -> Match
}

/// What a search found.
package struct SearchResult: Sendable, Hashable {
  /// How many candidates a caller gets that asks for none in particular.
  package static let standardTopK = 5
  /// Most candidates of one search.
  package static let maximumTopK = 1000

  /// The nearest people, best first; empty when nobody is enrolled.
  package var matches: [Match]
  /// How many people were compared.
  package var gallerySize: Int

  /// A result of its parts.
  package init(matches: [Match], gallerySize: Int) {
    self.matches = matches
    self.gallerySize = gallerySize
  }
}
