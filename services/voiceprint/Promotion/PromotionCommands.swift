internal import ArgumentParser
internal import VoiceMessages

/// What a command asks about people whose recordings were not retained.
enum WithoutAudio: String, ExpressibleByArgument, CaseIterable {
  case fail
  case proceed

  var policy: RegistryV1.UnretainedPolicy { self == .fail ? .fail : .proceed }
}

extension Epochs {
  /// `voiceprint epochs promote`: gives a collection another epoch while it serves.
  struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a collection another epoch while it serves.",
      discussion: """
        Replicas load the epoch beside the one that serves and prove it; voiceprints are made again of all retained \
        recordings; then one transaction gives the collection the new epoch. Until then everything can be cancelled \
        and nothing has changed. The old epoch is kept for --retain-hours, so that `voiceprint epochs roll-back` can \
        return to it. Ctrl-C ends the watching alone.
        """)

    @OptionGroup var options: RegistryOptions
    @Argument(help: "The epoch that the collection gets.") var epoch: String
    @Option(help: "The collection.") var collection = "default"
    @Option(
      help: ArgumentHelp(
        "Whether to go on when nothing was retained of some people, who must be enrolled anew then.",
        valueName: "fail|proceed"))
    var withoutAudio = WithoutAudio.fail
    @Option(help: "The share of the live embedding replicas that must be ready, above 0 to 1.")
    var quorum = 1.0
    @Option(help: "Recordings a second at most, so that serving keeps the machine (default: as many as can be).")
    var rate: Double?
    @Option(help: "How long the old epoch is kept after the flip.") var retainHours = 24.0
    @Flag(help: "Only say what would happen.") var dryRun = false
    @Flag(inversion: .prefixedNo, help: "Wait until the collection has the epoch.") var wait = true

    func validate() throws {
      guard quorum > 0, quorum <= 1 else { throw ValidationError("--quorum must be above 0, at most 1") }
      guard rate ?? 1 > 0, retainHours >= 0 else { throw ValidationError("--rate and --retain-hours are positive") }
    }

    func run() async throws {
      let client = try PromotionClient(channel: options.channel())
      let answer = try await client.call(
        PromotionClient.Service.startPromotion,
        .with {
          ($0.collection, $0.toEpoch, $0.unretainedPolicy) = (collection, epoch, withoutAudio.policy)
          ($0.quorum, $0.utterancesPerSecond, $0.validateOnly) = (quorum, rate ?? 0, dryRun)
          $0.retain = .with { $0.seconds = Int64(retainHours * 3600) }
        })
      let promotion = answer.promotion ?? .init()
      try await tell(promotion, client)
      if dryRun { return }
      if wait { return try await follow(promotion.promotionId, client) }
      print("promotion \(promotion.promotionId) has begun: `voiceprint epochs watch \(promotion.promotionId)`")
    }

    /// What is known before anything changes.
    private func tell(_ promotion: RegistryV1.Promotion, _ client: PromotionClient) async throws {
      Terminal.say(
        "collection '\(collection)': \(promotion.fromEpoch) → \(promotion.toEpoch), \(promotion.utterancesTotal) "
          + "retained recordings, \(promotion.utterancesDone) of them done")
      guard promotion.speakersWithoutAudio > 0 else { return }
      let shown = try await client.speakersWithoutAudio(in: collection, epoch: epoch, atMost: 20)
      let rest = Int(promotion.speakersWithoutAudio) - shown.count
      Terminal.say(
        "\(promotion.speakersWithoutAudio) people must be enrolled anew, as nothing was retained of them: "
          + shown.joined(separator: ", ")
          + (rest > 0 ? " and \(rest) more: see `voiceprint epochs without-audio --collection \(collection)`" : ""))
    }
  }

  /// `voiceprint epochs without-audio`: people whom another epoch would not know.
  struct ListWithoutAudio: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "without-audio",
      abstract: "List all people who must be enrolled anew for another epoch, as nothing was retained of them.")
    @OptionGroup var options: RegistryOptions
    @Option(help: "The collection.") var collection = "default"
    @Option(help: "Leave out people of whom there are voiceprints of this epoch.") var epoch = ""
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let client = try PromotionClient(channel: options.channel())
      var all: [String] = []
      try await client.speakersWithoutAudio(in: collection, epoch: epoch) { page in
        if json { all += page } else { page.forEach { print($0) } }
      }
      if json { try printJSON(all) }
    }
  }

  /// `voiceprint epochs roll-back`: gives a collection its former epoch again.
  struct RollBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "roll-back", abstract: "Give a collection its former epoch again, while that is kept.",
      discussion: "What was enrolled since the flip is made again for the former epoch first, of retained recordings.",
      aliases: ["rollback"])

    @OptionGroup var options: RegistryOptions
    @Argument(help: "The promotion (default: the last one of the collection).") var promotion: String?
    @Option(help: "The collection.") var collection = "default"
    @Option(
      help: ArgumentHelp(
        "Whether to go on when nothing was retained of some people, who must be enrolled anew then.",
        valueName: "fail|proceed"))
    var withoutAudio = WithoutAudio.fail
    @Flag(inversion: .prefixedNo, help: "Wait until the collection has the epoch.") var wait = true

    func run() async throws {
      let client = try PromotionClient(channel: options.channel())
      let id = try await last(client)
      let answer = try await client.call(
        PromotionClient.Service.rollback,
        .with { ($0.promotionId, $0.unretainedPolicy) = (id, withoutAudio.policy) })
      let back = answer.promotion ?? .init()
      Terminal.say("collection '\(back.collection)': \(back.fromEpoch) → \(back.toEpoch)")
      if wait { try await follow(back.promotionId, client) } else { print("promotion \(back.promotionId) has begun") }
    }

    private func last(_ client: PromotionClient) async throws -> String {
      if let promotion { return promotion }
      let draining = try await client.promotions(of: collection).first { $0.state == .draining }
      guard let draining else {
        throw CommandError(
          "collection '\(collection)' has no former epoch any more: see `voiceprint epochs promotions --collection "
            + "\(collection)`")
      }
      return draining.promotionId
    }
  }

  /// `voiceprint epochs promotions`: what was promoted.
  struct Promotions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List promotions, newest first.")
    @OptionGroup var options: RegistryOptions
    @Option(help: "Only those of a collection.") var collection: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let promotions = try await PromotionClient(channel: options.channel()).promotions(of: collection)
      if json { return try printJSON(promotions.map(PromotionLine.init)) }
      var table = TextTable("promotion", "collection", "from", "to", "state", "recordings", "without audio", "error")
      for line in promotions.map(PromotionLine.init) {
        table.add(
          line.promotion, line.collection, line.from, line.to, line.state, "\(line.done)/\(line.total)",
          "\(line.withoutAudio)", line.error)
      }
      print(promotions.isEmpty ? "nothing was promoted yet" : table.text)
    }
  }

  /// `voiceprint epochs watch`: follows a promotion.
  struct WatchPromotion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "watch", abstract: "Follow a promotion until the collection has its epoch.")
    @OptionGroup var options: RegistryOptions
    @Argument(help: "The promotion.") var promotion: String

    func run() async throws { try await follow(promotion, PromotionClient(channel: options.channel())) }
  }

  /// `voiceprint epochs cancel`: ends a promotion before its flip.
  struct CancelPromotion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cancel", abstract: "End a promotion before its flip; the collection keeps its epoch.")
    @OptionGroup var options: RegistryOptions
    @Argument(help: "The promotion.") var promotion: String

    func run() async throws {
      let answer = try await PromotionClient(channel: options.channel()).call(
        PromotionClient.Service.cancelPromotion, .with { $0.promotionId = promotion })
      print("promotion \(promotion) is \(answer.promotion?.state.name ?? "cancelled")")
    }
  }
}

/// Shows how a promotion goes on until the collection has its epoch; throws why it has not.
private func follow(_ id: String, _ client: PromotionClient) async throws {
  let view = PromotionView()
  do {
    try await cancelledByInterrupts {
      try await client.watch(id) { try view.show($0) }
    }
  } catch is CancellationError {
    Terminal.say("the promotion goes on: `voiceprint epochs watch \(id)`, or end it: `voiceprint epochs cancel \(id)`")
    throw ExitCode(130)
  }
}
