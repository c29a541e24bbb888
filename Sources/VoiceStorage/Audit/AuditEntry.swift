internal import VoiceRecognition

/// What can be done, as the audit log calls it.
package enum AuditAction: String, Sendable, CaseIterable {
  // People.
  case enroll = "person.enroll"
  case deletePerson = "person.delete"
  case deleteUtterance = "utterance.delete"
  case readPerson = "person.read"
  case listPeople = "person.list"
  case identify = "person.identify"
  case verify = "person.verify"
  case readRecording = "recording.read"
  case exportPerson = "person.export"
  case erasePerson = "person.erase"
  // Collections and epochs.
  case createCollection = "collection.create"
  case deleteCollection = "collection.delete"
  case publishEpoch = "epoch.publish"
  case startPromotion = "promotion.start"
  case rollBackPromotion = "promotion.roll_back"
  case cancelPromotion = "promotion.cancel"
  case flip = "promotion.flip"
  // Trainings.
  case pushDataset = "dataset.push"
  case deleteDataset = "dataset.delete"
  case submitJob = "job.submit"
  case cancelJob = "job.cancel"
  // Operators.
  case seal = "vault.seal"
  case rotate = "vault.rotate"
  case backUp = "database.backup"
  case restore = "database.restore"
  case replayErasures = "erasure.replay"
}

/// What a row of the audit log will say. Never what somebody sounds like: no audio, no voiceprint, no score.
struct AuditEntry: Sendable {
  /// What was done well.
  static let done = "OK"

  let action: AuditAction
  var collection = ""
  /// The random name of the person whom it concerns.
  var person = ""
  /// What else it concerns: an epoch, a data set, a job, a promotion, an utterance.
  var object = ""
  /// How many calls, utterances or people it stands for.
  var count = 1
  var outcome = done
  /// Whether there is anything to write down.
  var isWorthARow = true

  /// Text from outside as a row keeps it: PostgreSQL takes no U+0000.
  static func text(_ text: String) -> String {
    String(decoding: text.utf8.lazy.filter { $0 != 0 }.prefix(256), as: UTF8.self)
  }

  init(
    _ action: AuditAction, collection: CollectionName? = nil, object: String = "", outcome: String = done
  ) {
    self.action = action
    self.collection = collection?.value ?? ""
    self.object = Self.text(object)
    self.outcome = outcome
  }
}
