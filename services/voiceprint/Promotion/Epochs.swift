internal import ArgumentParser
internal import VoiceCluster
internal import VoiceEpochs
internal import VoiceMessages
internal import VoiceRPC

/// `voiceprint epochs`: the networks that a registry keeps.
struct Epochs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, publish and promote epochs: networks with their front-end, threshold and probes.",
    subcommands: [
      List.self, Show.self, Evaluate.self, Publish.self, Promote.self, RollBack.self, Promotions.self,
      WatchPromotion.self, CancelPromotion.self, ListWithoutAudio.self,
    ])

  /// Which registry a command talks to.
  struct RegistryOptions: ParsableArguments {
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var security: SecurityOptions
    @Option(help: "The registry, host:port. Default: that of the local cluster.")
    var registry: String?

    func channel() throws -> Channel { try security.channel(to: .registry, named: registry, of: cluster) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the epochs, newest first.")
    @OptionGroup var options: RegistryOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let answer = try await options.channel().call(
        RegistryV1.EpochService.listEpochs, .init(), options: CallOptions(deadline: .after(.seconds(30))))
      if json { return try printJSON(answer.epochs.map(Line.init)) }
      var table = TextTable("epoch", "dimension", "threshold", "default", "in use")
      for epoch in answer.epochs.map(Line.init) {
        table.add(
          epoch.epoch, "\(epoch.embeddingSize)", Terminal.decimal(epoch.threshold), epoch.isDefault ? "yes" : "",
          epoch.inUse ? "yes" : "")
      }
      print(table.text)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show an epoch: what it is, where it comes from, how good it is.")
    @OptionGroup var options: RegistryOptions
    @Argument(help: "The epoch (default: that of new collections).") var epoch = ""

    func run() async throws {
      let answer = try await options.channel().call(
        RegistryV1.EpochService.getEpoch, .with { $0.epoch = epoch },
        options: CallOptions(deadline: .after(.seconds(30))))
      try printJSON(EpochDescription(answer.epoch ?? .init()))
    }
  }

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Publish the bundle that `voiceprint import-model` made.",
      discussion: "Publishing what the registry has already changes nothing.")
    @OptionGroup var options: RegistryOptions
    @Argument(help: "The folder of the bundle.") var bundle: String
    @Flag(name: .customLong("default"), help: "Make it the epoch of new collections.") var asDefault = false

    func run() async throws {
      let published = try await reporting {
        try await EpochPublisher(channel: options.channel()).publish(bundle, asDefault: asDefault)
      }
      print("\(published.name) \(published.created ? "published" : "was there already")")
    }
  }

  /// An epoch as it is printed.
  private struct Line: Encodable {
    let epoch: String
    let fingerprint: String
    let embeddingSize: UInt32
    let threshold: Double
    let isDefault: Bool
    let inUse: Bool

    init(_ message: RegistryV1.Epoch) {
      (epoch, fingerprint, embeddingSize) = (message.epoch, message.fingerprint, message.embeddingSize)
      (threshold, isDefault, inUse) = (message.threshold, message.isDefault, message.inUse)
    }
  }
}
