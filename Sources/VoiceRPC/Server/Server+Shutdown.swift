internal import Synchronization

extension Server {
  /// Serves until `beginGracefulShutdown` is called or the task is cancelled, and returns when the server is down.
  ///
  /// Starts the server if that has not been done. Cancelling the task is the abrupt way: calls in flight are cancelled.
  package func run() async throws {
    if case .idle = lifecycle.withLock({ $0 }) { try start() }
    await withTaskCancellationHandler {
      await stopRequested.value()
    } onCancel: {
      stopRequested.fulfil(())
    }
    await shutdown()
  }

  /// Makes `run` shut the server down; may be called again.
  package func beginGracefulShutdown() { stopRequested.fulfil(()) }

  /// Shuts the server down, gently: health says `NOT_SERVING`, clients have `drainTime` to turn to other servers, then
  /// calls are refused and those in flight have `grace` (default: the option) to finish before they are cancelled.
  ///
  /// Returns when every handler has returned and all threads have ended, to every caller. A handler that does not heed
  /// its cancellation holds it up. Cancelling the task skips the waiting times.
  package func shutdown(grace: Duration? = nil) async {
    stopRequested.fulfil(())
    switch lifecycle.withLock({ $0.stop() }) {
    case .wait: await stopped.value()
    case .nothing: stopped.fulfil(())
    case .bringDown(let core):
      for service in services { service.serverWillDrain() }
      try? await Task.sleep(for: options.drainTime)
      for service in services { service.serverWillStop() }
      await drain(core, within: grace ?? options.shutdownGrace)
      await core.destroy()
      lifecycle.withLock { $0 = .stopped }
      stopped.fulfil(())
    }
  }

  private func drain(_ core: CoreServer, within grace: Duration) async {
    // Before anything is cancelled: a call that came in after that would not be.
    let callsOver = core.stopAccepting()
    await withDiscardingTaskGroup { group in
      group.addTask {
        // Ends early when everything is over, where cancelling does nothing any more.
        try? await Task.sleep(for: grace)
        core.cancelAllCalls()
      }
      await callsOver.value()
      // The core is done with the calls, their handlers may not be: an operation that one of them starts on a queue
      // that is shut down would abort the process.
      await calls.empty()
      group.cancelAll()
    }
  }
}
