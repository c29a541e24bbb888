internal import ArgumentParser
internal import VoiceMessages
internal import VoiceRPC

/// `voiceprint demo`: enrols four real people and recognises them and a stranger.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Enrol four people from Debian's telephone prompts and recognise them and a stranger.",
    discussion: """
      The recordings are chosen by rule, the same every time. The exit status is 0 if all four were recognised in all \
      recordings and the stranger in none, 1 otherwise. `deploy/demo.sh` installs the voices and starts a cluster first.
      """)

  private static let enrolledCount = 3
  private static let probeCount = 5

  @OptionGroup var options: GatewayOptions
  @Option(help: "The folder of the voices.") var sounds = "/usr/share/asterisk/sounds"
  @Option(help: "The collection that is made, anew, for this.") var collection = "demo"
  @Flag(help: "Retain the recordings, encrypted, so that the people can go over to another epoch.")
  var retainAudio = false
  @Flag(help: "Enrol nobody: recognise the people of an earlier run.") var recogniseOnly = false

  /// The recordings of one person.
  private struct Person {
    let voice: DemoVoice
    let enrolment: [DemoRecording]
    let probes: [DemoRecording]

    /// Enrols `count` of the recordings, spread over all of them as the others are, and holds those out.
    init(_ voice: DemoVoice, _ recordings: [DemoRecording], enrolling count: Int) {
      let chosen = Set((0..<count).map { $0 * recordings.count / count })
      self.voice = voice
      enrolment = recordings.indices.filter { chosen.contains($0) }.map { recordings[$0] }
      probes = recordings.indices.filter { !chosen.contains($0) }.map { recordings[$0] }
    }
  }

  func run() async throws {
    let people = try (DemoVoice.enrolled + [.stranger]).map { voice in
      let count = voice.id == DemoVoice.stranger.id ? 0 : Self.enrolledCount
      let recordings = try DemoRecording.choose(count + Self.probeCount, of: voice, in: sounds)
      return Person(voice, recordings, enrolling: count)
    }
    let client = try options.client()
    if !recogniseOnly {
      try await makeCollection(client)
      sayWhatWasJoined(people)
      for person in people where !person.enrolment.isEmpty { try await enroll(person, client) }
      print("")
    }
    let counts = try await identify(people, client)
    print("")
    try await contrast(people, client)
    print("\n" + Self.whereToGo(collection))
    if let console = try options.console() { print("\nthe console, for a browser: \(console)") }
    print("\n\(counts.summary)")
    if !counts.isFull { throw ExitCode(1) }
  }

  /// An empty collection, whatever an earlier run left.
  private func makeCollection(_ client: GatewayClient) async throws {
    do {
      _ = try await client.call(GatewayClient.Service.deleteCollection, .with { $0.collection = collection })
    } catch let error as GatewayError where error.code == .notFound {}  // the first run
    _ = try await client.call(
      GatewayClient.Service.createCollection,
      .with { ($0.collection, $0.retainAudio) = (collection, retainAudio ? .encrypted : .none) })
  }

  private func sayWhatWasJoined(_ people: [Person]) {
    let recordings = people.flatMap { $0.enrolment + $0.probes }
    let joined = recordings.filter { $0.prompts.count > 1 }
    print(
      "\(recordings.count) recordings of \(people.count) people. \(joined.count) of them are several prompts of one "
        + "voice joined (shown with +), because one alone holds less than "
        + "\(Terminal.decimal(DemoRecording.leastSpeechSeconds, 0)) s of speech.\n")
  }

  private func enroll(_ person: Person, _ client: GatewayClient) async throws {
    var request = GatewayV1.EnrollRequest()
    request.collection = collection
    request.speakerId = person.voice.id
    request.displayName = person.voice.name
    request.audios = person.enrolment.map(\.audio)
    let answer = try await client.call(GatewayClient.Service.enroll, request)
    let speech = answer.reports.reduce(0) { $0 + $1.speechSeconds }
    print(
      "enrolled \(person.voice.name) from \(person.enrolment.count) recordings, \(Terminal.decimal(speech, 1)) s of "
        + "speech, epoch \(answer.epoch)")
  }

  private func identify(_ people: [Person], _ client: GatewayClient) async throws -> DemoCounts {
    var counts = DemoCounts()
    var table = TextTable("probe", "said to be", "recognised as", "score", "threshold", "decision", "ms")
    for person in people {
      for probe in person.probes {
        var request = GatewayV1.IdentifyRequest()
        request.collection = collection
        request.audio = probe.audio
        let begin = ContinuousClock.now
        let answer = try await client.call(GatewayClient.Service.identify, request)
        let time = (ContinuousClock.now - begin) / .milliseconds(1)
        let isRight = counts.add(answer, expected: person.enrolment.isEmpty ? nil : person.voice.id)
        let recognised = answer.decision == .accepted ? answer.candidates.first?.name ?? answer.speakerId : "a stranger"
        table.add(
          probe.name, person.voice.name + (person.enrolment.isEmpty ? ", not enrolled" : ""), recognised,
          Terminal.decimal(answer.score), Terminal.decimal(answer.threshold),
          (answer.decision == .accepted ? "accepted" : "rejected") + (isRight ? "" : ", WRONG"),
          Terminal.decimal(time, 0))
      }
    }
    print(table.text)
    return counts
  }

  private func contrast(_ people: [Person], _ client: GatewayClient) async throws {
    let pairs = [
      (people[0].voice, people[0].probes[0], people[0].voice, people[0].probes[1]),
      (people[2].voice, people[2].probes[0], people[4].voice, people[4].probes[0]),
    ]
    for (first, one, second, other) in pairs {
      let answer = try await client.call(
        GatewayClient.Service.contrast,
        .with {
          $0.first = one.audio
          $0.second = other.audio
        })
      print(
        "contrast \(first.name) and \(second.name): "
          + "\(answer.decision == .accepted ? "the same person" : "different people"), "
          + "score \(Terminal.decimal(answer.score)), threshold \(Terminal.decimal(answer.threshold))")
    }
  }

  private static func whereToGo(_ collection: String) -> String {
    """
    Where to go next
      .build/release/voiceprint register --name You you-1.wav you-2.wav you-3.wav
      .build/release/voiceprint recognize somebody.wav
      .build/release/voiceprint users --collection \(collection)
      .build/release/voiceprint status
      deploy/demo.sh --down        stops everything
      README.md                    a Python client in ten lines
    """
  }
}
