internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import VoiceConcurrency
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit
internal import VoiceStorage

/// Keeps data sets and jobs, trains networks in processes of their own, and drives promotions.
@main
struct TrainerProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-trainer",
    abstract: "The trainer service of a Voiceprint cluster: data sets, training jobs, promotions.",
    discussion: """
      Prints LISTENING <port> when it takes calls; ends gently on SIGTERM: a training that runs saves where it is, and \
      another trainer goes on with it.
      """)

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "trainer") { TrainerConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "trainer", configuration.settings)
    let work = configuration.work
    let storage = TrainerStorage(
      configuration.database, poolSize: configuration.poolSize, acquireTimeout: configuration.acquireTimeout,
      lease: work.lease, maximumAttempts: work.maximumAttempts, logger: log)
    try await prepare(storage, log)
    // Nobody searches here.
    let search = ComputePool.measured(name: "search", threads: 1, queueLimit: 0)
    let promotions = try PromotionsOfTrainer(configuration, worker: Self.workerName, search: search, log: log)
    let files = ComputePool.measured(name: "files", threads: 4, queueLimit: 10_000)
    let registry = try RegistryClient(
      target: configuration.upstreams.registry, security: configuration.settings.tls.upstreams, files: files, log: log)
    let place = try WorkFolder(work.folder, log: log)
    let datasets = DatasetCache(place: place, storage: storage, files: files)
    let worker = TrainerWorker(
      name: Self.workerName, storage: storage, registry: registry, datasets: datasets, settings: work, place: place,
      files: files, log: log)
    storage.tell(of: worker, in: .shared)
    let service = TrainerService(
      storage: storage, validator: JobValidator(
        storage: storage, registry: registry, processes: work.processes, files: files),
      evaluator: EpochEvaluator(
        storage: storage, registry: registry, datasets: datasets, settings: work, place: place, files: files,
        log: log))
    let health = HealthService()
    Self.tell(health, storage)
    // A training saves first, and what it has saved is stored.
    let patience = work.patience * 2
    try await ServiceHost(settings: configuration.settings, log: log).run(
      services: [service], health: health, patience: patience
    ) {
      await Self.background(storage, worker, promotions, health)
    }
    await storage.close()
    await files.shutDown()
    try place.remove()
    await search.shutDown()
  }

  /// The storage is followed until no job is worked on any more.
  private static func background(
    _ storage: TrainerStorage, _ worker: TrainerWorker, _ promotions: PromotionsOfTrainer, _ health: HealthService
  ) async {
    let following = Task {
      await withDiscardingTaskGroup { group in
        group.addTask { await storage.run() }
        group.addTask { for await _ in storage.availabilityNews() { tell(health, storage) } }
      }
    }
    await withDiscardingTaskGroup { group in
      group.addTask { await worker.run() }
      group.addTask { await promotions.run() }
    }
    following.cancel()
    await following.value
  }

  /// A database that is away is waited for; one that this program must not touch ends it here.
  private func prepare(_ storage: TrainerStorage, _ log: Logger) async throws {
    do { try await storage.prepare() } catch {
      guard error.code == .unavailable else { throw error }
      log.warning("the database is away, waiting for it", metadata: ["error": "\(error.message)"])
    }
  }

  private static func tell(_ health: HealthService, _ storage: TrainerStorage) {
    let status: ServingStatus = storage.isAvailable ? .serving : .notServing
    for name in ["", TrainerV1.TrainerService.name] { health.set(status, for: name) }
  }

  /// What people read in a job's events.
  private static var workerName: String { "\(ProcessInfo.processInfo.hostName):\(getpid())" }
}
