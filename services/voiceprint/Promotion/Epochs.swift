internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceCluster
internal import VoiceEpochs
internal import VoiceMessages
internal import VoiceModels
internal import VoiceRPC
internal import VoiceRecognition

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
      var table = TextTable("epoch", "dimension", "precision", "threshold", "default", "in use")
      for epoch in answer.epochs.map(Line.init) {
        table.add(
          epoch.epoch, "\(epoch.embeddingSize)", epoch.precision, Terminal.decimal(epoch.threshold),
          epoch.isDefault ? "yes" : "", epoch.inUse ? "yes" : "")
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
      discussion: """
        Publishing what the registry has already changes nothing. With --precision, the same network is published as \
        an epoch of that precision, which is another epoch: its probe vectors are computed here.
        """)
    @OptionGroup var options: RegistryOptions
    @Argument(help: "The folder of the bundle.") var bundle: String
    @Option(help: "Publish it in this precision: float32, bf16 or float16 (default: that of the bundle).")
    var precision: EpochPrecision?
    @Flag(help: "With --precision: let replicas that do not multiply such numbers serve the epoch in float32.")
    var float32Fallback = false
    @Flag(name: .customLong("default"), help: "Make it the epoch of new collections.") var asDefault = false

    func validate() throws {
      guard !float32Fallback || (precision ?? .float32) != .float32 else {
        throw ValidationError("--float32-fallback goes with a --precision other than float32.")
      }
    }

    func run() async throws {
      let published = try await reporting {
        let publisher = try EpochPublisher(channel: options.channel())
        guard let precision else { return try await publisher.publish(bundle, asDefault: asDefault) }
        let place = FileManager.default.temporaryDirectory.appending(path: "voiceprint-\(UUID().uuidString)")
        // What is left of a failure would only be in the way.
        defer { try? FileManager.default.removeItem(at: place) }
        let source = try EpochBundle.load(URL(filePath: bundle, directoryHint: .isDirectory))
        _ = try ModelImport.bundle(
          like: source, precision, float32Fallback: float32Fallback, in: place.appending(path: "epoch").path)
        return try await publisher.publish(place.appending(path: "epoch").path, asDefault: asDefault)
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
    let precision: String
    let float32Fallback: Bool
    let isDefault: Bool
    let inUse: Bool

    init(_ message: RegistryV1.Epoch) {
      (epoch, fingerprint, embeddingSize) = (message.epoch, message.fingerprint, message.embeddingSize)
      (threshold, isDefault, inUse) = (message.threshold, message.isDefault, message.inUse)
      // A registry of before knows float32 only.
      precision = message.precision.isEmpty ? EpochPrecision.float32.rawValue : message.precision
      float32Fallback = message.float32Fallback
    }
  }
}
