internal import Logging
internal import VoiceConcurrency
internal import VoiceModels
internal import VoiceRecognition

/// Where an epoch's bundle comes from.
protocol EpochSource: Sendable {
  /// A folder with the verified bundle. Throws `notFound`, `unavailable`, or `dataLoss` for damaged content.
  func bundle(of epoch: EpochName) async throws -> EpochBundle
}

/// The epochs of this replica: each is loaded once, however many ask, beside those that serve.
actor EpochStore {
  /// What became of an epoch here.
  enum State: Sendable {
    case loading(Task<EpochRuntime, any Error>)
    case ready(EpochRuntime)
    case refused(RecognitionError)
  }

  private let source: any EpochSource
  private let loader: ComputePool
  private let log: Logger
  private var states: [EpochName: State] = [:]
  private nonisolated let news = News()

  /// A store that loads from `source` on the threads of `loader`, so that serving never waits for a load.
  init(source: any EpochSource, loader: ComputePool, log: Logger) {
    self.source = source
    self.loader = loader
    self.log = log
  }

  /// The epochs and what became of them.
  var snapshot: [EpochName: State] { states }

  /// The epoch ready to use; loads it when it is not here yet.
  ///
  /// Throws `notFound` for an epoch nobody knows, `failedPrecondition` for one that this replica refuses.
  func runtime(for epoch: EpochName) async throws -> EpochRuntime {
    switch states[epoch] {
    case .ready(let runtime): return runtime
    case .refused(let reason): throw reason
    case .loading(let task): return try await value(of: task)
    case nil:
      let task = Task { try await self.load(epoch) }
      set(epoch, .loading(task))
      return try await value(of: task)
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

  private func set(_ epoch: EpochName, _ state: State?) {
    states[epoch] = state
    news.publish()
  }

  /// The result of a load that others may wait for too: cancelling one wait ends that wait alone.
  private nonisolated func value(of task: Task<EpochRuntime, any Error>) async throws -> EpochRuntime {
    try await task.value
  }

  private func load(_ epoch: EpochName) async throws -> EpochRuntime {
    let begin = ContinuousClock.now
    do {
      let bundle = try await source.bundle(of: epoch)
      let runtime = try await loader.run { _ in try EpochRuntime(bundle: bundle) }
      set(epoch, .ready(runtime))
      log.notice("epoch is ready", metadata: [
        "epoch": "\(epoch)", "seconds": "\(ContinuousClock.now - begin)", "bytes": "\(runtime.memoryBytes)",
      ])
      return runtime
    } catch {
      let failure = Self.failure(error, epoch: epoch)
      // What may pass is forgotten, so that the next request tries again; what is wrong with the bundle stays.
      set(epoch, failure.code == .failedPrecondition ? .refused(failure) : nil)
      log.error("epoch was not loaded", metadata: ["epoch": "\(epoch)", "error": "\(failure)"])
      throw failure
    }
  }

  private static func failure(_ error: any Error, epoch: EpochName) -> RecognitionError {
    switch error {
    case let error as RecognitionError where error.code != .dataLoss: error
    case is CancellationError: .unavailable("service", "the service is shutting down")
    default:
      RecognitionError(
        .failedPrecondition, reason: "EPOCH_REFUSED",
        "this replica refuses epoch '\(epoch)': \((error as? RecognitionError)?.message ?? "\(error)")",
        metadata: ["epoch": epoch.value])
    }
  }
}
