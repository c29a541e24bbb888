/// Utterances to add to a person, who is created if new: all of them or none.
package struct Enrolment: Sendable, Hashable {
  /// An utterance to enrol.
  package struct NewUtterance: Sendable, Hashable {
    /// Its voiceprint.
    package var voiceprint: Voiceprint
    /// What was measured on the audio.
    package var report: AudioReport
    /// The recording, for a collection that keeps it.
    package var recording: Recording?

    /// An utterance to enrol.
    package init(voiceprint: Voiceprint, report: AudioReport, recording: Recording? = nil) {
      self.voiceprint = voiceprint
      self.report = report
      self.recording = recording
    }
  }

  /// Most utterances of one enrolment.
  package static let maximumUtterances = 64
  /// Most labels of a person.
  package static let maximumLabels = 64

  /// The collection.
  package var collection: CollectionName
  /// Whom to enrol.
  package var speaker: SpeakerID
  /// A name for people to read; nil keeps the one there is.
  package var displayName: String?
  /// Labels to set; the others stay.
  package var labels: [String: String]
  /// What to enrol.
  package var utterances: [NewUtterance]
  /// The same id again within a day enrols nothing and gives the first answer; empty for none.
  package var requestID: String

  /// An enrolment; throws `invalidArgument` naming the field that breaks a limit.
  package init(
    collection: CollectionName, speaker: SpeakerID, displayName: String?, labels: [String: String],
    utterances: [NewUtterance], requestID: String
  ) throws(RecognitionError) {
    guard !utterances.isEmpty else { throw .invalid("utterances", "at least one recording is needed") }
    try Self.checkCount(utterances.count, field: "utterances")
    try Self.check(displayName: displayName, labels: labels, requestID: requestID)
    self.collection = collection
    self.speaker = speaker
    self.displayName = displayName
    self.labels = labels
    self.utterances = utterances
    self.requestID = requestID
  }

  /// Refuses more recordings than one enrolment may bring, naming `field`.
  package static func checkCount(_ count: Int, field: String) throws(RecognitionError) {
    guard count <= maximumUtterances else {
      throw .invalid(field, "\(count) recordings in one call, at most \(maximumUtterances) are taken")
    }
  }

  /// Checks what a caller says about a person before anything is computed for it.
  package static func check(
    displayName: String?, labels: [String: String], requestID: String
  ) throws(RecognitionError) {
    if let displayName, !displayName.isEmpty {
      _ = try NameRule.check(displayName, field: "display_name", maximum: 256)
    }
    guard labels.count <= maximumLabels else {
      throw .invalid("labels", "\(labels.count) labels, a person has at most \(maximumLabels)")
    }
    for (key, value) in labels {
      _ = try NameRule.check(key, field: "labels", maximum: 128)
      if !value.isEmpty { _ = try NameRule.check(value, field: "labels[\(key)]", maximum: 1024) }
    }
    if !requestID.isEmpty { _ = try NameRule.check(requestID, field: "request_id", maximum: 128) }
  }
}

/// What an enrolment led to.
package struct EnrolmentResult: Sendable, Hashable {
  /// The person after it.
  package var speaker: Speaker
  /// Whether the person is new.
  package var created: Bool
  /// Whether this is the answer of an earlier call with the same request id.
  package var replayed: Bool

  /// A result of its parts.
  package init(speaker: Speaker, created: Bool, replayed: Bool) {
    self.speaker = speaker
    self.created = created
    self.replayed = replayed
  }
}
