/// A call with a stream in at least one direction, in bytes: at most one send and one receive at a time.
///
/// When nobody holds it any more the call is cancelled, unless it has ended.
final class ClientCall: Sendable {
  private let call: CallHandle
  private let status = Promise<RPCStatus>()
  private let initialMetadata = Promise<Metadata>()
  let memoryLimit: Int

  /// Begins the call. With a request, that is all the client sends.
  init(_ path: String, on channel: Channel, _ options: CallOptions, request: ByteBuffer? = nil) throws(RPCError) {
    call = try channel.makeCall(path, options)
    memoryLimit = channel.options.messageMemoryBytes
    // First, so that however the rest goes the status arrives.
    let ending = Batch(call)
    ending.receiveStatus()
    try ending.start { [status] batch, _ in status.fulfil(batch.receivedStatus) }
    let answering = Batch(call)
    answering.receiveInitialMetadata()
    try answering.start { [initialMetadata] batch, _ in initialMetadata.fulfil(batch.receivedInitialMetadata) }
    let beginning = Batch(call)
    beginning.sendInitialMetadata(options.metadata, flags: options.flags)
    if let request {
      beginning.send(request)
      beginning.sendClose()
    }
    try beginning.start()
  }

  deinit { call.cancel() }

  func cancel() { call.cancel() }

  /// Sends a message when flow control lets it. Throws `RequestStreamClosed` when the call has ended.
  ///
  /// How it ended is not waited for: the core says so only when all responses are read.
  func send(_ message: ByteBuffer) async throws {
    let batch = Batch(call)
    batch.send(message)
    guard try await run(batch) else { throw RequestStreamClosed() }
  }

  /// Says that no more messages come.
  func finishSending() async throws {
    let batch = Batch(call)
    batch.sendClose()
    _ = try await run(batch)
  }

  /// The next message; nil when the call has ended with `OK`. Throws its status otherwise.
  func receive() async throws -> ByteBuffer? {
    let batch = Batch(call)
    batch.receiveMessage()
    _ = try await run(batch)
    if let message = batch.takeMessage() { return message }
    try await status.value().get()
    return nil
  }

  /// What the server sent first, when it has.
  func responseMetadata() async -> Metadata {
    await withTaskCancellationHandler { await initialMetadata.value() } onCancel: { call.cancel() }
  }

  /// How the call ended, when it has.
  func end() async -> RPCStatus {
    await withTaskCancellationHandler { await status.value() } onCancel: { call.cancel() }
  }

  private func run(_ batch: Batch) async throws -> Bool {
    try await withTaskCancellationHandler { try await batch.run() } onCancel: { call.cancel() }
  }
}

/// The call has ended and takes no more requests; its responses and its status say why.
struct RequestStreamClosed: Error {}
