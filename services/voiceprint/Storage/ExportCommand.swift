internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceRecognition
internal import VoiceStorage

/// `voiceprint export`: everything that is held about one person.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write everything that is held about one person, decrypted, into a folder.",
    discussion: """
      person.json: profile and utterances. voiceprints.json: templates and voiceprints as numbers, with their epochs. \
      recordings/NUMBER.EXT: what was retained, in the order of the utterances. audit.jsonl: what was done with any of \
      it. The audit log keeps that the person was exported.
      """)

  @OptionGroup var options: DatabaseOptions
  @Option(help: "The collection.") var collection = CollectionName.standard.value
  @Option(help: "The person's identifier.") var speaker: String
  @Option(help: ArgumentHelp("A folder that is not there yet, or a file that ends in .tar.", valueName: "path"))
  var out: String

  func run() async throws {
    let (collection, speaker) = try await reporting {
      (try CollectionName(self.collection), try SpeakerID(self.speaker))
    }
    let output = try ExportFolder(out)
    do {
      try await options.withStorage { storage in
        try await Self.write(try await storage.people.export(speaker, in: collection), storage, to: output)
      }
      try await output.finish()
    } catch {
      output.abandon()
      throw error
    }
  }

  private static func write(
    _ person: PersonalData, _ storage: OperatorStorage, to output: ExportFolder
  ) async throws {
    var files: [String: String] = [:]
    for (index, utterance) in person.speaker.utterances.enumerated() where utterance.hasAudio {
      guard let recording = try await storage.people.recording(of: utterance.id) else { continue }
      let file = ExportedRecording(recording)
      let name = "recordings/\(index + 1).\(file.ending)"
      try output.write(file.bytes, to: name)
      files[utterance.id] = name
    }
    try output.write(JSONText.of(ExportedPerson(person, files)), to: "person.json")
    try output.write(JSONText.of(ExportedVoiceprints(person)), to: "voiceprints.json")
    try output.write(person.audit.flatMap { try JSONText.of(AuditLine($0)) }, to: "audit.jsonl")
    Terminal.say(
      "\(person.speaker.utterances.count) utterances, \(person.voiceprints.count) voiceprints, "
        + "\(person.audit.count) rows of the audit log")
  }
}

/// Values as lines of JSON.
enum JSONText {
  static func of(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value)) + Array("\n".utf8)
  }
}

/// person.json
private struct ExportedPerson: Encodable {
  struct Item: Encodable {
    let id: String
    let createTime: String
    let report: AudioReport
    let recording: String?
  }
  let collection: String
  let speakerId: String
  let displayName: String
  let labels: [String: String]
  /// The name that audit log and erasure ledger know.
  let randomName: String
  let epoch: String
  let createTime: String
  let updateTime: String
  let needsReenrollment: Bool
  let requestIds: [String]
  let utterances: [Item]

  init(_ person: PersonalData, _ files: [String: String]) {
    let speaker = person.speaker
    (collection, speakerId, displayName) = (person.collection.value, speaker.id.value, speaker.displayName)
    (labels, randomName, epoch) = (speaker.labels, person.name, speaker.epoch.value)
    (createTime, updateTime) = (speaker.createTime.text, speaker.updateTime.text)
    (needsReenrollment, requestIds) = (speaker.needsReenrollment, person.requests)
    utterances = speaker.utterances.map {
      Item(id: $0.id, createTime: $0.createTime.text, report: $0.report, recording: files[$0.id])
    }
  }
}

/// voiceprints.json
private struct ExportedVoiceprints: Encodable {
  struct Item: Encodable {
    let epoch: String
    let utterance: String?
    let values: [Float]
  }
  let templates: [Item]
  let utterances: [Item]

  init(_ person: PersonalData) {
    let items = person.voiceprints.map { Item(epoch: $0.epoch.value, utterance: $0.utterance, values: $0.values) }
    (templates, utterances) = (items.filter { $0.utterance == nil }, items.filter { $0.utterance != nil })
  }
}

extension Timestamp {
  /// In UTC, to the millisecond.
  fileprivate var text: String {
    Date(timeIntervalSince1970: Double(microseconds / 1000) / 1000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
