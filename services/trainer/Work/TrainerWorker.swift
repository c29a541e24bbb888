internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoiceRecognition
internal import VoiceStorage

/// Takes jobs from the queue and works on them, some at a time.
struct TrainerWorker: Sendable {
  private let name: String
  private let storage: TrainerStorage
  private let registry: RegistryClient
  private let settings: TrainerConfiguration.WorkSettings
  private let place: WorkFolder
  private let files: ComputePool
  private let datasets: DatasetCache
  private let log: Logger
  private let working = Working()

  /// How many jobs are worked on.
  private final class Working: Sendable {
    let count = Atomic(0)
  }

  /// Jobs that may be worked on at the same time.
  var slots: Int { settings.slots }
  /// Jobs that are worked on.
  var busy: Int { working.count.load(ordering: .relaxed) }

  init(
    name: String, storage: TrainerStorage, registry: RegistryClient, datasets: DatasetCache,
    settings: TrainerConfiguration.WorkSettings, place: WorkFolder, files: ComputePool, log: Logger
  ) {
    (self.name, self.storage, self.registry, self.settings) = (name, storage, registry, settings)
    (self.datasets, self.place, self.files, self.log) = (datasets, place, files, log)
  }

  /// Works until the task is cancelled; what runs then saves where it is and is given back first.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<settings.slots { group.addTask { await serve() } }
      group.addTask { await watchLeases() }
      await group.waitForAll()
    }
  }

  private func serve() async {
    for await _ in storage.queue.news.subscribe() {
      while !Task.isCancelled, let lease = await claim() { await work(on: lease) }
      if Task.isCancelled { return }
    }
  }

  /// The end of another's lease, or of a pause, is no event of its own: look again when the first one may be over.
  private func watchLeases() async {
    var alarm: Task<Void, Never>?
    for await _ in storage.queue.news.subscribe() {
      alarm?.cancel()
      if Task.isCancelled { return }
      alarm = Task { await wakeAtNextExpiry() }
    }
    alarm?.cancel()
  }

  private func wakeAtNextExpiry() async {
    var wait = settings.lease
    do { wait = min(wait, try await storage.queue.nextExpiry() ?? wait) } catch {
      log.debug("the leases are not known now", metadata: ["error": "\(error.message)"])
    }
    // Cancelled when there is news before.
    guard (try? await Task.sleep(for: max(wait, .milliseconds(200)))) != nil else { return }
    storage.queue.news.publish()
  }

  private func claim() async -> JobLease? {
    do { return try await storage.queue.claim(worker: name) } catch {
      if !Task.isCancelled { log.warning("no job could be taken", metadata: ["error": "\(error.message)"]) }
      return nil
    }
  }

  private func work(on lease: JobLease) async {
    log.notice("working on a job", metadata: ["job": "\(lease.job.id)", "attempt": "\(lease.job.attempts)"])
    working.count.add(1, ordering: .relaxed)
    defer { working.count.subtract(1, ordering: .relaxed) }
    let control = JobControl()
    let run = JobRun(
      lease: lease, storage: storage, registry: registry, settings: settings, datasets: datasets, place: place,
      files: files, log: log, control: control)
    // Not cancelled with this task: the job ends by itself after it has saved.
    await withTaskCancellationHandler {
      await Task { await run.run() }.value
    } onCancel: {
      control.stop(.drain)
    }
  }
}
