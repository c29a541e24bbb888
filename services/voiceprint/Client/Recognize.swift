internal import ArgumentParser
internal import VoiceMessages

/// `voiceprint recognize`: who speaks.
struct Recognize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say who speaks in each recording, of all people enrolled, or that it is a stranger.",
    discussion: """
      With --stdin or --microphone it says who speaks while they speak: on a terminal in a line that changes, and in a \
      line for each stretch of speech once it is over. Ctrl-C ends it, a microphone's sound in good order.

      The exit status is 0 if somebody was recognised in every recording or stretch of speech, 1 if not.
      """)

  @OptionGroup var options: GatewayOptions
  @Option(help: "The collection.") var collection = "default"
  @Option(help: "Decide at this score, -1 to 1, instead of the epoch's own threshold.") var threshold: Double?
  @Option(name: .customLong("top"), help: "How many candidates to show.") var topK: UInt32 = 3
  @Argument(help: "Recordings.") var files: [String] = []
  @OptionGroup(title: "While people speak") var live: LiveOptions
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if files.isEmpty && !live.isChosen {
      throw ValidationError("give at least one recording, or --stdin or --microphone")
    }
    if !files.isEmpty && live.isChosen {
      throw ValidationError("give recordings, or one of --stdin and --microphone")
    }
    guard (1...(live.isChosen ? 100 : 1000)).contains(topK) else {
      throw ValidationError("--top must be 1 to \(live.isChosen ? 100 : 1000)")
    }
  }

  func run() async throws {
    let client = try options.client()
    if live.isChosen {
      var settings = live.settings
      (settings.collection, settings.threshold, settings.topK) = (collection, threshold, topK)
      let view = LiveView(isJSON: json)
      try await live.recognize(settings, client, view)
      if !view.isEveryoneRecognized { throw ExitCode(1) }
      return
    }
    var answers: [Answer] = []
    for file in files {
      var request = GatewayV1.IdentifyRequest()
      request.collection = collection
      request.audio = try .file(file)
      request.threshold = threshold
      request.topK = topK
      let message = try await client.call(GatewayClient.Service.identify, request)
      answers.append(Answer(file: file, message))
      if !json { Self.show(file, message) }
    }
    if json { try printJSON(answers) }
    if answers.contains(where: { !$0.recognized }) { throw ExitCode(1) }
  }

  private static func show(_ file: String, _ answer: GatewayV1.IdentifyResponse) {
    let who = answer.decision == .accepted ? answer.candidates.first?.name ?? answer.speakerId : "a stranger"
    let size = answer.gallerySize
    print(
      "\(file): \(who)  score \(Terminal.decimal(answer.score))  threshold \(Terminal.decimal(answer.threshold))  "
        + "of \(size) \(size == 1 ? "person" : "people")")
    for match in answer.candidates { print("  \(Terminal.decimal(match.score))  \(match.name)") }
    if let caution = answer.report?.caution, !caution.isEmpty { print("  \(caution)") }
  }

  private struct Answer: Encodable {
    struct Candidate: Encodable {
      let speakerId: String
      let displayName: String
      let score: Double
    }
    let file: String
    let recognized: Bool
    let speakerId: String?
    let score: Double
    let threshold: Double
    let margin: Double?
    let gallerySize: UInt64
    let candidates: [Candidate]
    let epoch: String

    init(file: String, _ message: GatewayV1.IdentifyResponse) {
      self.file = file
      recognized = message.decision == .accepted
      speakerId = recognized ? message.speakerId : nil
      (score, threshold, margin) = (message.score, message.threshold, message.margin)
      (gallerySize, epoch) = (message.gallerySize, message.epoch)
      candidates = message.candidates.map {
        Candidate(speakerId: $0.speakerId, displayName: $0.displayName, score: $0.score)
      }
    }
  }
}

extension TypesV1.Match {
  /// What people call the person.
  var name: String { displayName.isEmpty ? speakerId : displayName }
}
