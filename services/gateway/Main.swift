internal import ArgumentParser
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceServiceKit

/// The one public door: composes feature, embedding and registry into contrast, enrolment and recognition.
@main
struct Gateway: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-gateway",
    abstract: "The public door of a Voiceprint cluster.",
    discussion: "Prints LISTENING <port> when it takes calls; ends gently on SIGTERM.")

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "gateway") { GatewayConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "gateway", configuration.settings)
    func upstream(_ name: String, _ target: String) throws -> Upstream {
      try Upstream(name: name, target: target, timeout: configuration.timeout)
    }
    let registry = RegistryClient(upstream: try upstream("registry", configuration.registry))
    let recogniser = Recognizer(
      extractor: FeatureClient(upstream: try upstream("feature", configuration.feature)),
      networks: EmbeddingClient(upstream: try upstream("embedding", configuration.embedding)),
      registry: registry, catalogue: EpochClient(upstream: try upstream("registry", configuration.registry)))
    let pool = ComputePool.measured(name: "decode", threads: 1, queueLimit: 64)
    let metrics = GatewayMetrics()
    let live = LiveService(
      recogniser: recogniser, registry: registry, limits: configuration.live, pool: pool, metrics: metrics.live)
    MetricsRegistry.shared.collect("live") { $0.add("voiceprint_live_streams", live.streams) }
    try await ServiceHost(settings: configuration.settings, log: log)
      .run(
        services: [GatewayService(recogniser: recogniser, registry: registry, live: live, metrics: metrics)],
        callers: .peer)
    await pool.shutDown()
  }
}
