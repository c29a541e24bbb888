#if MPI
  internal import Synchronization
  internal import VoiceConcurrency
  internal import VoiceTraining

  /// The one thread that calls MPI, which does what it is asked in order.
  final class CommunicationThread: Sendable {
    private struct State {
      /// nil is the end.
      var waiting: [(@Sendable () -> Void)?] = []
      /// What failed first: the ranks are no longer in step, so all that follows fails too.
      var failure: TrainingError?
    }
    private let state = Mutex(State())
    private let signal = Semaphore()

    init() {
      _ = WorkerThread(name: "mpi") { [self] in
        while let work = next() { work() }
      }
    }

    /// Does `work` after all that was asked for before.
    func add<Value: Sendable>(
      _ work: @escaping @Sendable () throws(TrainingError) -> Value
    ) -> Pending<Value> {
      let pending = Pending<Value>()
      enqueue { [self] in
        let result = Result { () throws(TrainingError) in
          if let failure = state.withLock({ $0.failure }) { throw failure }
          return try work()
        }
        if case .failure(let error) = result { state.withLock { $0.failure = error } }
        pending.fulfil(result)
      }
      return pending
    }

    /// Ends the thread after all that was asked for.
    func end() { enqueue(nil) }

    private func enqueue(_ work: (@Sendable () -> Void)?) {
      state.withLock { $0.waiting.append(work) }
      signal.post()
    }

    private func next() -> (@Sendable () -> Void)? {
      signal.wait()
      return state.withLock { $0.waiting.removeFirst() }
    }
  }
#endif
