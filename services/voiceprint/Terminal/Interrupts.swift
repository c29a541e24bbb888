internal import Dispatch
internal import Glibc
internal import VoiceConcurrency

/// Runs `body` in a task that is cancelled when the command is interrupted (Ctrl-C, SIGTERM, a closed terminal).
func cancelledByInterrupts<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let task = Task { try await body() }
  return try await handlingInterrupts({ task.cancel() }) { try await task.value }
}

/// Runs `body` with a flag that the first interrupt sets, so that it can end what it does in good order; the second
/// one ends the program.
func flaggedByInterrupts<Result: Sendable>(
  _ body: @escaping @Sendable (CancellationFlag) async throws -> Result
) async throws -> Result {
  let flag = CancellationFlag()
  return try await handlingInterrupts({
    if flag.isCancelled { _exit(130) }
    flag.cancel()
  }) { try await body(flag) }
}

private func handlingInterrupts<Result: Sendable>(
  _ handle: @escaping @Sendable () -> Void, _ body: () async throws -> Result
) async throws -> Result {
  try await handling([SIGINT, SIGTERM, SIGHUP], handle, body)
}

/// Runs `body` while each of some signals calls `handle` and does nothing else.
func handling<Result: Sendable>(
  _ signals: [Int32], _ handle: @escaping @Sendable () -> Void, _ body: () async throws -> Result
) async throws -> Result {
  let sources = signals.map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: handle)
    source.resume()
    return (number, source)
  }
  defer {
    for (number, source) in sources {
      source.cancel()
      signal(number, SIG_DFL)
    }
  }
  return try await body()
}
