internal import ArgumentParser
internal import Logging
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
    let security = configuration.settings.tls.upstreams
    func upstream(_ name: String, _ target: String) throws -> Upstream {
      try Upstream(name: name, target: target, timeout: configuration.timeout, tls: try security.options(for: name))
    }
    let registry = RegistryClient(upstream: try upstream("registry", configuration.registry))
    let recogniser = Recognizer(
      extractor: MeteredExtractor(features: FeatureClient(upstream: try upstream("feature", configuration.feature))),
      networks: EmbeddingClient(upstream: try upstream("embedding", configuration.embedding)),
      registry: registry, catalogue: EpochClient(upstream: try upstream("registry", configuration.registry)))
    let pool = ComputePool.measured(name: "decode", threads: 1, queueLimit: 64)
    let metrics = GatewayMetrics()
    let live = LiveService(
      recogniser: recogniser, registry: registry, limits: configuration.live, pool: pool, metrics: metrics.live)
    MetricsRegistry.shared.collect("live") { $0.add("voiceprint_live_streams", live.streams) }
    let access = configuration.access
    if access.isOpenBeyondThisHost {
      log.warning("takes calls of other machines without keys: access.required is false")
    }
    let book = KeyBook(
      registry: try upstream("registry", configuration.registry), cacheTime: access.cacheTime, log: log)
    let tokens = try await tokenKeys(access.tokens, log)
    try await ServiceHost(settings: configuration.settings, log: log).run(
      services: [GatewayService(recogniser: recogniser, registry: registry, live: live, metrics: metrics)],
      callers: .peer, access: [AccessInterceptor(isRequired: access.isRequired, book: book, tokens: tokens)]
    ) { await tokens?.watch() }
    await pool.shutDown()
  }

  private func tokenKeys(_ settings: TokenSettings?, _ log: Logger) async throws -> TokenKeys? {
    do {
      guard let settings else { return nil }
      return try await TokenKeys(settings, log: log)
    } catch let error as RecognitionError {
      log.critical("the keys of tokens are of no use", metadata: ["error": "\(error.message)"])
      throw ServiceExit.configuration
    }
  }
}
