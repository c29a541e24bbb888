package import Logging
internal import Synchronization
internal import VoiceConcurrency
package import VoicePostgres
package import VoiceRecognition

/// Everything that trainers keep, on one PostgreSQL that all of them share: data sets, jobs, events, checkpoints.
///
/// It can be made, and works again by itself, while the database is away; calls throw `unavailable` until it is back.
package final class TrainerStorage: Sendable {
  /// The data sets.
  package let datasets: DatasetStore
  /// The jobs, for those who submit and follow them.
  package let jobs: JobStore
  /// The jobs, for workers.
  package let queue: JobQueue
  /// The contents of data sets and checkpoints.
  package let contents: ContentStore

  let database: RegistryDatabase
  private let options: PostgresOptions
  private let logger: Logger
  private let eventNews = News()
  /// The least time from one sweep of contents to the next.
  private static let betweenSweeps = Duration.seconds(10)
  private let isListening = Atomic<Bool>(false)

  /// Storage on the database that `options` names, with at most `poolSize` connections besides the listener's.
  ///
  /// A worker that does not show for a `lease` has lost its job; a job that was taken `maximumAttempts` times and never
  /// ended fails.
  package init(
    _ options: PostgresOptions, poolSize: Int, acquireTimeout: Duration = .seconds(10), lease: Duration,
    maximumAttempts: Int, logger: Logger
  ) {
    self.options = options
    self.logger = logger
    let pool = PostgresPool(options, size: poolSize, acquireTimeout: acquireTimeout, logger: logger)
    database = RegistryDatabase(pool: pool, program: options.applicationName, keptChanges: 1, logger: logger)
    contents = ContentStore(database: database)
    datasets = DatasetStore(database: database, contents: contents)
    jobs = JobStore(database: database, news: eventNews)
    queue = JobQueue(
      database: database, news: News(), garbage: contents.garbage, lease: lease, maximumAttempts: maximumAttempts)
  }

  /// Brings the schema up to date now. Throws `unavailable`, and `failedPrecondition` (`SCHEMA_TOO_NEW`) for one that a
  /// newer program made; otherwise it happens with the first call.
  package func prepare() async throws(RecognitionError) { try await database.prepare() }

  /// Whether calls can be answered, as far as is known now.
  package var isAvailable: Bool { isListening.load(ordering: .acquiring) && database.isReady }

  /// A stream that gives an element at once and whenever `isAvailable` may have changed.
  package func availabilityNews() -> AsyncStream<Void> { database.readiness.subscribe() }

  /// Follows what other trainers change, and removes contents that nobody needs any more, until the task is cancelled.
  package func run() async {
    let channels = [JobStore.eventsChannel, JobStore.workChannel]
    let listener = PostgresListener(options, channels: channels, logger: logger)
    await withDiscardingTaskGroup { group in
      group.addTask { await self.sweep() }
      for await event in listener.events { await follow(event) }
      group.cancelAll()
    }
    await listener.stop()
    eventNews.finish()
    queue.news.finish()
    database.readiness.finish()
  }

  /// Waits for what is under way and closes all connections.
  package func close() async {
    do { try await database.close() } catch {
      logger.debug("the connections were not waited for, the program ends: \(error)")
    }
  }

  private func sweep() async {
    for await _ in contents.garbage.subscribe() {
      if Task.isCancelled { return }
      do {
        let count = try await contents.sweep()
        if count > 0 { logger.debug("contents that nobody needs were removed", metadata: ["count": "\(count)"]) }
      } catch {
        // The next checkpoint or data set brings the next sweep.
        if !Task.isCancelled { logger.warning("contents that nobody needs stay for now: \(error)") }
      }
      // Cancelled at the end.
      guard (try? await Task.sleep(for: Self.betweenSweeps)) != nil else { return }
    }
  }

  private func follow(_ event: PostgresListener.Event) async {
    switch event {
    case .connected:
      isListening.store(true, ordering: .releasing)
      do { try await database.prepare() } catch { logger.warning("preparing the schema: \(error)") }
      database.readiness.publish()
      eventNews.publish()
      queue.news.publish()
    case .lost(let error):
      isListening.store(false, ordering: .releasing)
      logger.warning("the database is away: \(error)")
      database.readiness.publish()
    case .notified(JobStore.workChannel, _): queue.news.publish()
    case .notified: eventNews.publish()
    }
  }
}
