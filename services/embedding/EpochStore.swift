internal import Logging
internal import VoiceConcurrency
internal import VoiceEpochs
internal import VoiceModels
internal import VoiceRecognition

/// Where an epoch's bundle comes from.
protocol EpochSource: Sendable {
  /// A folder with the verified bundle. Throws `notFound`, `unavailable`, or `dataLoss` for damaged content.
  func bundle(of epoch: EpochName) async throws -> EpochBundle
}

extension EpochFetcher: EpochSource {}

/// The epochs of this replica: each is loaded once, however many ask, beside those that serve.
///
/// Epochs that collections use stay. Others go after a while, or when there are too many of them; calls that use one
/// that goes finish with it.
actor EpochStore {
  /// What became of an epoch here.
  enum State: Sendable {
    case loading(Task<EpochRuntime, any Error>)
    case ready(EpochRuntime)
    case refused(RecognitionError)
  }

  let loader: ComputePool
  let policy: EpochPolicy
  let log: Logger
  private let source: any EpochSource
  private var states: [EpochName: State] = [:]
  private nonisolated let news = News()
  private let metrics = LoadMetrics()

  /// The epochs that collections use.
  var wanted: Set<EpochName> = []
  /// When an epoch was last asked for, or was still in use by a collection.
  var lastUse: [EpochName: ContinuousClock.Instant] = [:]
  /// When an epoch that could not be loaded is tried again.
  var retryAt: [EpochName: ContinuousClock.Instant] = [:]
  /// What was unloaded and may still serve a call.
  var leaving: [LeavingRuntime] = []

  /// A store that loads from `source` on the threads of `loader`, so that serving never waits for a load.
  init(source: any EpochSource, loader: ComputePool, policy: EpochPolicy = EpochPolicy(), log: Logger) {
    self.source = source
    self.loader = loader
    self.policy = policy
    self.log = log
  }

  /// The epochs and what became of them.
  var snapshot: [EpochName: State] { states }

  /// The epoch ready to use; loads it when it is not here yet.
  ///
  /// Throws `notFound` for an epoch nobody knows, `unavailable` for one that this replica refuses, and that with a
  /// delay for one that it does not load now.
  func runtime(for epoch: EpochName) async throws -> EpochRuntime {
    lastUse[epoch] = .now
    switch states[epoch] {
    case .ready(let runtime): return runtime
    case .refused(let reason): throw reason
    case .loading(let task): return try await value(of: task)
    case nil:
      do { try admit(epoch) } catch {
        lastUse[epoch] = nil
        throw error
      }
      return try await value(of: begin(epoch))
    }
  }

  /// Gives every state at once and again after every change, until the task is cancelled or watching is ended.
  nonisolated func watch(_ body: ([EpochName: State]) async throws -> Void) async throws {
    for await _ in news.subscribe() { try await body(await snapshot) }
  }

  /// Makes every `watch` return, also those to come: the program is about to end.
  nonisolated func endWatching() { news.finish() }

  /// Ends every load and waits for it.
  func shutDown() async {
    for case .loading(let task) in states.values {
      task.cancel()
      _ = await task.result
    }
  }

  /// Begins to load an epoch that is not here.
  @discardableResult
  func begin(_ epoch: EpochName) -> Task<EpochRuntime, any Error> {
    let task = Task { try await self.load(epoch) }
    retryAt[epoch] = nil
    set(epoch, .loading(task))
    return task
  }

  func set(_ epoch: EpochName, _ state: State?) {
    states[epoch] = state
    if state == nil { lastUse[epoch] = nil }
    news.publish()
  }

  private func admit(_ epoch: EpochName) throws {
    if wanted.contains(epoch) { return }
    guard policy.loadsOnDemand else {
      throw Self.notLoaded(epoch, "no collection uses it and this replica loads no others")
    }
    let loads = states.values.count { if case .loading = $0 { true } else { false } }
    guard loads < policy.maximumLoads else { throw Self.notLoaded(epoch, "\(loads) others are being loaded") }
  }

  private static func notLoaded(_ epoch: EpochName, _ why: String) -> RecognitionError {
    RecognitionError(
      .unavailable, reason: "EPOCH_NOT_LOADED", "epoch '\(epoch)' is not loaded on this replica: \(why)",
      metadata: ["epoch": epoch.value], retryAfter: .seconds(1))
  }

  /// The result of a load that others may wait for too: cancelling one wait ends that wait alone.
  private nonisolated func value(of task: Task<EpochRuntime, any Error>) async throws -> EpochRuntime {
    try await task.value
  }

  private func load(_ epoch: EpochName) async throws -> EpochRuntime {
    let begin = ContinuousClock.now
    do {
      let bundle = try await source.bundle(of: epoch)
      let runtime = try await loader.run { [precision = policy.reducedPrecision] _ in
        // What reading and packing took is given back, however it ends.
        defer { EpochRuntime.giveBackMemory() }
        return try EpochRuntime(bundle: bundle, precision)
      }
      lastUse[epoch] = .now
      set(epoch, .ready(runtime))
      metrics.countLoaded()
      log.notice("epoch is ready", metadata: [
        "epoch": "\(epoch)", "seconds": "\(ContinuousClock.now - begin)", "bytes": "\(runtime.memoryBytes)",
        "precision": "\(runtime.precision)",
      ])
      if !runtime.precisionNote.isEmpty {
        log.warning("epoch: \(runtime.precisionNote)", metadata: ["epoch": "\(epoch)"])
      }
      unloadSurplus()
      return runtime
    } catch {
      let failure = Self.failure(error, epoch: epoch)
      // What may pass is forgotten, so that the next request tries again; what is wrong with the bundle stays a while.
      let isRefused = failure.reason == Self.refusal
      set(epoch, isRefused ? .refused(failure) : nil)
      metrics.countFailure(isRefused: isRefused)
      if isRefused || wanted.contains(epoch) { retryAt[epoch] = .now + (isRefused ? policy.retryAfter : policy.pause) }
      log.error("epoch was not loaded", metadata: ["epoch": "\(epoch)", "error": "\(failure)"])
      throw failure
    }
  }

  /// The reason of an epoch that this replica cannot serve rightly.
  private static let refusal = "EPOCH_REFUSED"

  private static func failure(_ error: any Error, epoch: EpochName) -> RecognitionError {
    switch error {
    case let error as RecognitionError where error.code != .dataLoss && error.code != .failedPrecondition: error
    case is CancellationError: .unavailable("service", "the service is shutting down")
    default:
      // UNAVAILABLE, so that callers try another replica: this one alone may be at fault.
      RecognitionError(
        .unavailable, reason: refusal,
        "this replica refuses epoch '\(epoch)': \((error as? RecognitionError)?.message ?? "\(error)")",
        metadata: ["epoch": epoch.value])
    }
  }
}
