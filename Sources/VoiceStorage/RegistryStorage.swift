package import Logging
internal import Synchronization
package import VoiceConcurrency
package import VoicePostgres
package import VoiceRecognition
package import VoiceSearch

/// Everything the registry keeps, on one PostgreSQL: wires pool, listener, stores and galleries.
///
/// It can be made, and works again by itself, while the database is away; calls throw `unavailable` until it is back.
package final class RegistryStorage: Sendable {
  /// Who is enrolled.
  package let speakers: SpeakerStore
  /// Epochs and their files.
  package let epochs: EpochStore
  /// The keys of those who call the gateway.
  package let keys: AccessKeyStore
  /// How collections go over to other epochs.
  package let promotions: PromotionStore

  let database: RegistryDatabase
  let galleries: GalleryShelf
  private let options: PostgresOptions
  let calls: CallAudit
  private let countsEvery: Duration
  private let logger: Logger
  private let epochNews = News()
  private let promotionNews = News()
  private let isListening = Atomic<Bool>(false)

  /// Storage on the database that `options` names, with at most `poolSize` connections besides the listener's; a call
  /// waits at most `acquireTimeout` for one.
  ///
  /// Galleries are searched on `compute`; their templates lie in full precision in `templates`, or in memory without
  /// one. Of the change log, `keptChanges` entries stay. Without `keys` no audio is retained and no voiceprint sealed;
  /// with them, `sealing` says which are. What is erased is written into the `ledger`, calls that only read into
  /// the audit log as `calls` says, counts of them every `countsEvery`.
  package init(
    _ options: PostgresOptions, poolSize: Int, acquireTimeout: Duration = .seconds(10), compute: ComputePool,
    keptChanges: Int = 100_000, keys: KeyRing? = nil, sealing: VoiceprintSealing = .new,
    ledger: ErasureLedger? = nil, templates: TemplateFile? = nil, calls: CallAuditing = .counts,
    countsEvery: Duration = .seconds(60), logger: Logger
  ) {
    self.options = options
    self.countsEvery = countsEvery
    self.logger = logger
    let pool = PostgresPool(options, size: poolSize, acquireTimeout: acquireTimeout, logger: logger)
    let vault = Vault(ring: keys, sealing: sealing)
    database = RegistryDatabase(
      pool: pool, program: options.applicationName, keptChanges: keptChanges,
      keeper: ErasureKeeper(ledger: ledger, vault: vault), logger: logger)
    self.calls = CallAudit(calls, database)
    galleries = GalleryShelf(database: database, vault: vault, file: templates, logger: logger)
    speakers = SpeakerStore(database: database, galleries: galleries, compute: compute, vault: vault, calls: self.calls)
    self.keys = AccessKeyStore(database: database)
    epochs = EpochStore(database: database, news: epochNews)
    promotions = PromotionStore(database: database, vault: vault, news: promotionNews,
      hold: EnrolmentHold(options: options, logger: logger))
  }

  /// Brings the schema up to date now. Throws `unavailable`, and `failedPrecondition` (`SCHEMA_TOO_NEW`) for one that a
  /// newer program made; otherwise it happens with the first call.
  package func prepare() async throws(RecognitionError) { try await database.prepare() }

  /// Whether calls can be answered, as far as is known now.
  package var isAvailable: Bool { isListening.load(ordering: .acquiring) && database.isReady }

  /// A stream that gives an element at once and whenever `isAvailable` may have changed.
  package func availabilityNews() -> AsyncStream<Void> { database.readiness.subscribe() }

  /// Follows what other replicas change, until the task is cancelled; then closes all connections.
  package func run() async {
    let channels = [ChangeLog.peopleChannel, ChangeLog.epochsChannel, ChangeLog.promotionsChannel]
    let listener = PostgresListener(options, channels: channels, logger: logger)
    await withDiscardingTaskGroup { group in
      group.addTask { await self.writeCounts() }
      for await event in listener.events { await follow(event) }
      group.cancelAll()
    }
    await listener.stop()
    // In a task of its own, as this one is cancelled.
    await Task { await attempt("writing down the last calls") { try await calls.writeCounts() } }.value
    epochNews.finish()
    promotionNews.finish()
    database.readiness.finish()
    do { try await database.close() } catch {
      logger.debug("the connections were not waited for, the program ends: \(error)")
    }
  }

  private func writeCounts() async {
    // Cancelled at the end.
    while (try? await Task.sleep(for: countsEvery)) != nil {
      await attempt("writing down how many calls there were") { try await calls.writeCounts() }
    }
  }

  private func follow(_ event: PostgresListener.Event) async {
    switch event {
    case .connected:
      isListening.store(true, ordering: .releasing)
      await attempt("preparing the schema") { try await database.prepare() }
      database.readiness.publish()
      await attempt("refreshing galleries") { try await galleries.refresh() }
      epochNews.publish()
      promotionNews.publish()
    case .lost(let error):
      isListening.store(false, ordering: .releasing)
      database.forget()
      logger.warning("the database is away: \(error)")
      database.readiness.publish()
    case .notified(ChangeLog.epochsChannel, _): epochNews.publish()
    case .notified(ChangeLog.promotionsChannel, _): promotionNews.publish()
    case .notified: await attempt("refreshing galleries") { try await galleries.refresh() }
    }
  }

  /// What fails here is tried again by the next call or the next event, so it only goes to the log.
  private func attempt(_ what: String, _ body: () async throws -> Void) async {
    do { try await body() } catch { logger.warning("\(what): \(error)") }
  }
}
