/// A set of people who are told apart from each other: the gallery of a search.
package struct SpeakerCollection: Sendable, Hashable {
  /// Its name.
  package var name: CollectionName
  /// The epoch of all its templates.
  package var epoch: EpochName
  /// Number of people enrolled.
  package var speakerCount: Int
  /// When it was created.
  package var createTime: Timestamp
  /// What is kept of the recordings.
  package var retainAudio: AudioRetention

  /// A collection of its parts.
  package init(
    name: CollectionName, epoch: EpochName, speakerCount: Int, createTime: Timestamp,
    retainAudio: AudioRetention = .none
  ) {
    self.retainAudio = retainAudio
    self.name = name
    self.epoch = epoch
    self.speakerCount = speakerCount
    self.createTime = createTime
  }
}

/// A moment, in microseconds since 1970 as PostgreSQL and protobuf both can hold it.
package struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var microseconds: Int64

  /// A moment in microseconds since 1970.
  package init(microseconds: Int64) { self.microseconds = microseconds }
  package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}

/// A person enrolled in a collection.
package struct Speaker: Sendable, Hashable {
  /// The caller's identifier, unique in the collection.
  package var id: SpeakerID
  /// A name for people to read; may be empty.
  package var displayName: String
  /// The caller's own key-value pairs.
  package var labels: [String: String]
  /// What the template was made of, oldest first.
  package var utterances: [Utterance]
  /// The epoch of the template.
  package var epoch: EpochName
  /// When the person was first enrolled.
  package var createTime: Timestamp
  /// When the template last changed.
  package var updateTime: Timestamp
  /// Whether no recording has a voiceprint of the epoch: nobody is recognised as this person until enrolled anew.
  package var needsReenrollment: Bool

  /// A person of the parts.
  package init(
    id: SpeakerID, displayName: String, labels: [String: String], utterances: [Utterance], epoch: EpochName,
    createTime: Timestamp, updateTime: Timestamp, needsReenrollment: Bool = false
  ) {
    self.needsReenrollment = needsReenrollment
    self.id = id
    self.displayName = displayName
    self.labels = labels
    self.utterances = utterances
    self.epoch = epoch
    self.createTime = createTime
    self.updateTime = updateTime
  }
}

/// One recording that a person was enrolled with.
package struct Utterance: Sendable, Hashable {
  /// Given by the registry, unique.
  package var id: String
  /// What was measured on the audio.
  package var report: AudioReport
  /// When it was enrolled.
  package var createTime: Timestamp
  /// Whether the recording itself is kept, encrypted.
  package var hasAudio: Bool

  /// An utterance of its parts.
  package init(id: String, report: AudioReport, createTime: Timestamp, hasAudio: Bool = false) {
    self.hasAudio = hasAudio
    self.id = id
    self.report = report
    self.createTime = createTime
  }
}

/// A candidate of a search.
package struct Match: Sendable, Hashable {
  /// The person.
  package var speaker: SpeakerID
  /// The person's name for people to read.
  package var displayName: String
  /// Cosine of the voiceprint and the person's template, -1 to 1.
  package var score: Double

  /// A candidate with its score.
  package init(speaker: SpeakerID, displayName: String, score: Double) {
    self.speaker = speaker
    self.displayName = displayName
    self.score = score
  }
}

/// A page of a listing.
package struct Page<Element: Sendable>: Sendable {
  /// What is on it.
  package var elements: [Element]
  /// Where the next page begins; empty after the last.
  package var nextToken: String

  /// A page and where the next begins.
  package init(elements: [Element], nextToken: String) {
    self.elements = elements
    self.nextToken = nextToken
  }
}

/// Which page of a listing is wanted.
package struct PageRequest: Sendable, Hashable {
  /// At most this many elements.
  package var size: Int
  /// The `nextToken` of the page before; empty for the first.
  package var token: String

  /// A page of at most `size` elements: 0 means 100, more than 1000 is taken as 1000.
  package init(size: Int = 0, token: String = "") {
    self.size = size <= 0 ? 100 : min(size, 1000)
    self.token = token
  }
}
