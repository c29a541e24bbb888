package import VoiceMessages
package import VoiceRecognition

extension GoogleProtobuf.Timestamp {
  /// The wire's form of a moment.
  package init(_ timestamp: Timestamp) {
    self.init()
    let (seconds, rest) = timestamp.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    // Nanoseconds count forward, also before 1970.
    self.seconds = rest < 0 ? seconds - 1 : seconds
    nanos = Int32((rest < 0 ? rest + 1_000_000 : rest) * 1000)
  }
}

extension Timestamp {
  /// A moment from the wire; nil is the beginning of 1970.
  package init(_ message: GoogleProtobuf.Timestamp?) {
    let (seconds, nanos) = (message?.seconds ?? 0, message?.nanos ?? 0)
    self.init(microseconds: (seconds &* 1_000_000) &+ Int64(nanos / 1000))
  }
}

extension TypesV1.Collection {
  /// The wire's form of a collection.
  package init(_ collection: SpeakerCollection) {
    self.init()
    name = collection.name.value
    epoch = collection.epoch.value
    speakerCount = UInt64(clamping: collection.speakerCount)
    createTime = .init(collection.createTime)
    retainAudio = .init(collection.retainAudio)
  }
}

extension SpeakerCollection {
  /// A collection from the wire; throws `invalidArgument` for impossible names.
  package init(_ message: TypesV1.Collection) throws(RecognitionError) {
    self.init(
      name: try CollectionName(message.name), epoch: try EpochName(message.epoch),
      speakerCount: Int(clamping: message.speakerCount), createTime: Timestamp(message.createTime),
      retainAudio: try AudioRetention(message.retainAudio))
  }
}

extension TypesV1.AudioRetention {
  /// The wire's form of a collection's choice.
  package init(_ retention: AudioRetention) {
    switch retention {
    case .none: self = .none
    case .encrypted: self = .encrypted
    }
  }
}

extension AudioRetention {
  /// A collection's choice from the wire; throws `invalidArgument` for one that this version does not know.
  package init(_ message: TypesV1.AudioRetention) throws(RecognitionError) {
    switch message {
    case .unspecified, .none: self = .none
    case .encrypted: self = .encrypted
    default: throw .invalid("retain_audio", "\(message.rawValue) is not known: use NONE or ENCRYPTED")
    }
  }
}

extension TypesV1.Utterance {
  /// The wire's form of an utterance.
  package init(_ utterance: Utterance) {
    self.init()
    utteranceId = utterance.id
    report = .init(utterance.report)
    createTime = .init(utterance.createTime)
    hasAudio = utterance.hasAudio
  }
}

extension Utterance {
  /// An utterance from the wire.
  package init(_ message: TypesV1.Utterance) {
    self.init(
      id: message.utteranceId, report: message.report.map { AudioReport($0) } ?? AudioReport(),
      createTime: Timestamp(message.createTime), hasAudio: message.hasAudio)
  }
}

extension TypesV1.Speaker {
  /// The wire's form of a person.
  package init(_ speaker: Speaker) {
    self.init()
    speakerId = speaker.id.value
    displayName = speaker.displayName
    labels = speaker.labels
    utterances = speaker.utterances.map { .init($0) }
    epoch = speaker.epoch.value
    createTime = .init(speaker.createTime)
    updateTime = .init(speaker.updateTime)
    needsReenrollment = speaker.needsReenrollment
  }
}

extension Speaker {
  /// A person from the wire; throws `invalidArgument` when it is missing or has impossible names.
  package init(_ message: TypesV1.Speaker?) throws(RecognitionError) {
    guard let message else { throw .invalid("speaker", "is missing") }
    self.init(
      id: try SpeakerID(message.speakerId), displayName: message.displayName, labels: message.labels,
      utterances: message.utterances.map { Utterance($0) }, epoch: try EpochName(message.epoch),
      createTime: Timestamp(message.createTime), updateTime: Timestamp(message.updateTime),
      needsReenrollment: message.needsReenrollment)
  }
}

extension TypesV1.Match {
  /// The wire's form of a candidate.
  package init(_ match: Match) {
    self.init()
    speakerId = match.speaker.value
    displayName = match.displayName
    score = match.score
  }
}

extension Match {
  /// A candidate from the wire; throws `invalidArgument` when it is missing or has an impossible name.
  package init(_ message: TypesV1.Match?) throws(RecognitionError) {
    guard let message else { throw .invalid("match", "is missing") }
    self.init(speaker: try SpeakerID(message.speakerId), displayName: message.displayName, score: message.score)
  }
}

extension EpochName {
  /// A name from the wire where an empty one means the default epoch; throws `invalidArgument` naming `field`.
  package static func optional(_ value: String, field: String = "epoch") throws(RecognitionError) -> EpochName? {
    value.isEmpty ? nil : try EpochName(value, field: field)
  }
}
