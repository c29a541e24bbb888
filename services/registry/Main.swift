internal import ArgumentParser
internal import Logging
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceSearch
internal import VoiceServiceKit
internal import VoiceStorage

/// Keeps who is enrolled, finds whom a voiceprint belongs to, and keeps the epochs.
@main
struct Registry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-registry",
    abstract: "The registry service of a Voiceprint cluster: people, search and epochs on PostgreSQL.",
    discussion: "Prints LISTENING <port> when it takes calls; ends gently on SIGTERM.")

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "registry") { RegistryConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "registry", configuration.settings)
    let search = ComputePool.measured(
      name: "search", threads: configuration.searchThreads, queueLimit: configuration.searchQueue)
    let storage = RegistryStorage(
      configuration.database, poolSize: configuration.poolSize, acquireTimeout: configuration.acquireTimeout,
      compute: search, keptChanges: configuration.keptChanges,
      keys: try configuration.serviceKeyFile.map { try KeyRing(file: $0) }, sealing: configuration.sealing,
      ledger: configuration.erasureLedger.map { ErasureLedger(path: $0) },
      templates: try templates(in: configuration.searchFolder), calls: configuration.auditedCalls,
      countsEvery: configuration.auditedCountsEvery, logger: log)
    storage.tell(in: .shared)
    try await prepare(storage, log)
    let services: [any RPCService] = [
      RegistryService(speakers: storage.speakers), EpochService(epochs: storage.epochs),
      PromotionService(promotions: storage.promotions), AccessService(keys: storage.keys),
    ]
    let health = HealthService()
    Self.tell(health, storage)
    try await ServiceHost(settings: configuration.settings, log: log).run(
      services: services, health: health
    ) {
      await withDiscardingTaskGroup { group in
        group.addTask { await storage.run() }
        group.addTask { for await _ in storage.availabilityNews() { Self.tell(health, storage) } }
      }
    }
    await search.shutDown()
  }

  /// The file of templates in full precision; nil keeps them in memory.
  private func templates(in folder: String?) throws -> TemplateFile? {
    do { return try folder.map { try TemplateFile(in: $0) } } catch {
      throw ValidationError("\(error): set search.folder to a folder that can be written, or to \"memory\"")
    }
  }

  /// A database that is away is waited for; one that this program must not touch ends it here.
  private func prepare(_ storage: RegistryStorage, _ log: Logger) async throws {
    do { try await storage.prepare() } catch {
      guard error.code == .unavailable else { throw error }
      log.warning("the database is away, waiting for it", metadata: ["error": "\(error.message)"])
    }
  }

  private static func tell(_ health: HealthService, _ storage: RegistryStorage) {
    let status: ServingStatus = storage.isAvailable ? .serving : .notServing
    let services = [
      "", RegistryV1.RegistryService.name, RegistryV1.EpochService.name, RegistryV1.PromotionService.name,
      RegistryV1.AccessService.name,
    ]
    for name in services { health.set(status, for: name) }
  }
}
