internal import Synchronization

/// A call that is served, in bytes: at most one receive and one send at a time.
final class ServerCall: Sendable {
  let handle: CallHandle
  let memoryLimit: Int
  private let state = Mutex(ServerCallState())

  init(_ handle: CallHandle, memoryLimit: Int) {
    self.handle = handle
    self.memoryLimit = memoryLimit
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func addInitialMetadata(_ metadata: Metadata) { state.withLock { $0.addInitialMetadata(metadata) } }

  func addTrailers(_ metadata: Metadata) { state.withLock { $0.addTrailers(metadata) } }

  func setResponse(_ message: ByteBuffer) { state.withLock { $0.setResponse(message) } }

  /// Watches for the caller's going, which cancels the handler.
  func watchForCancellation() throws(RPCError) {
    let batch = Batch(handle)
    batch.receiveClose()
    try batch.start { [self] batch, _ in
      if batch.receivedCancellation { state.withLock { $0.cancel() }?.cancel() }
    }
  }

  /// Cancels this task when the caller goes, at once when it has gone.
  func isHandled(by task: Task<Void, Never>) { state.withLock { $0.handled(by: task) }?.cancel() }

  /// Receives the first message, or the end that comes instead of it, for `receive` to give, and then calls `then` on
  /// the poller thread with its size in bytes.
  func receiveFirst(then: @escaping @Sendable (_ bytes: Int) -> Void) throws(RPCError) {
    let batch = Batch(handle)
    batch.receiveMessage()
    try batch.start { [self] batch, _ in
      let message = batch.takeMessage()
      state.withLock { $0.setFirst(message.map { .message($0) } ?? .nothing) }
      then(message?.count ?? 0)
    }
  }

  /// The next message; nil when the caller sends no more. Throws `CancellationError` when the caller has gone.
  func receive() async throws -> ByteBuffer? {
    switch state.withLock({ $0.takeFirst() }) {
    case .message(let message): return message
    case .nothing: return try await end()
    case nil: break
    }
    let batch = Batch(handle)
    batch.receiveMessage()
    _ = try await batch.run()
    if let message = batch.takeMessage() { return message }
    return try await end()
  }

  /// What it means that no message came.
  private func end() async throws -> ByteBuffer? {
    // A cancelled call ends its messages just like a finished one, and says which it was by another completion. An
    // empty batch comes back behind that one: without it half a stream could be taken for a whole one.
    _ = try await Batch(handle).run()
    if isCancelled { throw CancellationError() }
    return nil
  }

  /// The next message, as `receive`; throws `CancellationError` as soon as the task is cancelled, whether or not the
  /// caller ever sends one. Nothing more can be received then.
  func receiveUnlessCancelled() async throws -> ByteBuffer? {
    let promise = Promise<Received>()
    let batch = Batch(handle)
    batch.receiveMessage()
    try batch.start { batch, _ in promise.fulfil(batch.takeMessage().map { .message($0) } ?? .nothing) }
    let received = await withTaskCancellationHandler {
      await promise.value()
    } onCancel: {
      promise.fulfil(.abandoned)
    }
    switch received {
    case .message(let message): return message
    case .nothing: return try await end()
    case .abandoned: throw CancellationError()
    }
  }

  private enum Received: Sendable {
    case message(ByteBuffer)
    case nothing
    /// Nobody waits for it any more.
    case abandoned
  }

  /// Sends a message when flow control lets it. Throws `CancellationError` when the caller has gone, and as soon as the
  /// task is cancelled, whether or not the caller ever reads: then the message may still arrive, and nothing after it
  /// but the call's end.
  func send(_ message: ByteBuffer) async throws {
    let promise = Promise<Bool>()
    let batch = Batch(handle)
    if let metadata = state.withLock({ $0.takeInitialMetadata() }) { batch.sendInitialMetadata(metadata) }
    batch.send(message)
    try batch.start { _, isSent in promise.fulfil(isSent) }
    let isSent = await withTaskCancellationHandler {
      await promise.value()
    } onCancel: {
      promise.fulfil(false)
    }
    guard isSent else { throw CancellationError() }
  }

  /// Ends the call with `OK` and the response that is set, or with an error. Returns at once; a second end is ignored.
  func finish(_ error: RPCError? = nil) {
    guard let end = state.withLock({ $0.finish() }) else { return }
    let batch = Batch(handle)
    if let metadata = end.initialMetadata { batch.sendInitialMetadata(metadata) }
    if error == nil, let response = end.response { batch.send(response) }
    var trailers = end.trailers
    if let error { trailers.add(contentsOf: error.sentTrailers) }
    batch.sendStatus(error?.code ?? .ok, error?.sentMessage ?? "", trailers: trailers)
    do {
      try batch.start()
    } catch {
      // The handler left something in flight that cannot be waited for: end the call the hard way.
      handle.cancel(.internalError, error.message)
    }
  }
}
