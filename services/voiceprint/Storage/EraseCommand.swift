internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceStorage

/// `voiceprint erase`: a person, provably.
struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erase one person, look whether anything still answers, and print a receipt.",
    discussion: """
      The key of all that was sealed goes too. Each registry is asked for the person and searched with the voiceprint \
      that the person had; exit status 1 when one still answers. With another database than the local cluster's name \
      the registries and the ledger.
      """)

  @OptionGroup var options: DatabaseOptions
  @OptionGroup var ledger: LedgerOption
  @Option(help: "The collection.") var collection = CollectionName.standard.value
  @Option(help: "The person's identifier.") var speaker: String
  @Option(
    help: ArgumentHelp(
      "A registry to ask afterwards, host:port; may be given more than once.",
      discussion: "Default: all of the local cluster."))
  var registry: [String] = []
  @Flag(help: "Do it; without this nothing is changed.") var yes = false
  @Flag(help: "Print the receipt as JSON.") var json = false

  func run() async throws {
    let (collection, speaker) = try await reporting {
      (try CollectionName(self.collection), try SpeakerID(self.speaker))
    }
    let (registries, path) = (try targets(), try ledger.path(options))
    let (receipt, answering) = try await options.withStorage(ledger: path) { storage in
      let person = try await storage.people.voiceprints(of: speaker, in: collection)
      guard yes else {
        throw CommandError(
          "this erases \(person.speaker.utterances.count) utterances of '\(Terminal.printable(speaker.value))' in "
            + "'\(Terminal.printable(collection.value))' for ever: say --yes")
      }
      let receipt = try await storage.people.erase(speaker, in: collection)
      var answering: [String] = []
      for target in registries where try await Self.stillAnswers(target, person) { answering.append(target) }
      return (receipt, answering)
    }
    let line = Receipt(receipt, collection: collection, asked: registries, answering: answering)
    if json { try printJSON(line) } else { line.show() }
    if !answering.isEmpty { throw ExitCode(1) }
  }

  private func targets() throws -> [String] {
    if !registry.isEmpty || options.isElsewhere { return registry }
    return try options.cluster.record().processes(of: .registry).compactMap(\.port).map { "127.0.0.1:\($0)" }
  }

  /// Whether a registry still knows the person: by name, or by the voice.
  private static func stillAnswers(_ target: String, _ person: PersonalData) async throws -> Bool {
    typealias Service = RegistryV1.RegistryService
    let channel = try Channel(target)
    let options = CallOptions(deadline: .after(.seconds(60)))
    do {
      _ = try await channel.call(
        Service.getSpeaker,
        .with {
          $0.collection = person.collection.value
          $0.speakerId = person.speaker.id.value
        }, options: options)
      return true
    } catch let error as RPCError where error.code == .notFound {}
    let template = person.voiceprints.first { $0.utterance == nil && $0.epoch == person.speaker.epoch }
    guard let template else { return false }
    let found = try await channel.call(
      Service.search,
      .with {
        $0.collection = person.collection.value
        $0.topK = 1000
        $0.embedding = .with {
          $0.values = template.values
          $0.epoch = template.epoch.value
        }
      }, options: options)
    return found.matches.contains { $0.speakerId.utf8.elementsEqual(person.speaker.id.value.utf8) }
  }
}

/// What somebody who erased a person can keep: it does not say who that was.
private struct Receipt: Encodable {
  let randomName: String
  let collection: String
  let utterances: Int
  let erasure: Int64
  let database: String
  let time: String
  let ledger: String?
  let auditAnchor: String
  let registriesAsked: [String]
  let stillAnswering: [String]

  init(_ receipt: ErasureReceipt, collection: CollectionName, asked: [String], answering: [String]) {
    (randomName, self.collection, utterances) = (receipt.name, collection.value, receipt.utterances)
    (erasure, database, time) = (receipt.number, receipt.lineage, receipt.time)
    (ledger, auditAnchor) = (receipt.ledger, receipt.auditRow.text)
    (registriesAsked, stillAnswering) = (asked, answering)
  }

  func show() {
    print("erased       \(randomName), \(utterances) utterances, of collection \(Terminal.printable(collection))")
    print("when         \(time), erasure \(erasure) of database \(database)")
    print("ledger       \(ledger ?? "none was named: a backup of before brings the person back")")
    print("audit log    \(auditAnchor)")
    let asked = registriesAsked.isEmpty ? "none was asked" : registriesAsked.joined(separator: " ")
    print("registries   \(asked)")
    print(
      stillAnswering.isEmpty
        ? "             nothing answers any more" : "STILL ANSWER \(stillAnswering.joined(separator: " "))")
  }
}
