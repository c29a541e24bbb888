internal import CGRPC

/// Operations on a call that the core does together and completes with one tag.
///
/// `@unchecked Sendable`: it owns a C block that is filled before the start, written by the core in between and read
/// after the completion; the core's queue orders these.
final class Batch: CompletionTag, @unchecked Sendable {
  private let call: CallHandle
  private let block: UnsafeMutablePointer<vrpc_batch>
  // What the core reads while the batch runs.
  private var initialMetadata: SentMetadata?
  private var trailers: SentMetadata?
  private var message: ByteBuffer?
  private var completion: (@Sendable (Batch, Bool) -> Void)?

  init(_ call: CallHandle) {
    self.call = call
    block = vrpc_batch_create()
  }

  deinit { vrpc_batch_destroy(block) }

  /// Starts the batch and calls `completion` on the poller thread when it is done.
  ///
  /// Throws `INTERNAL` when the core refuses it; `completion` is not called then.
  func start(_ completion: (@Sendable (_ batch: Batch, _ succeeded: Bool) -> Void)? = nil) throws(RPCError) {
    self.completion = completion
    if let refusal = call.start(block, tag: self) {
      self.completion = nil
      throw RPCError(.internalError, "the gRPC core refuses the operation: \(refusal)")
    }
  }

  /// Starts the batch and returns when it is done: whether it succeeded.
  func run() async throws -> Bool {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try start { _, succeeded in continuation.resume(returning: succeeded) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  override func complete(succeeded: Bool) {
    let completion = completion
    self.completion = nil
    completion?(self, succeeded)
  }
}

/// What to do.
extension Batch {
  func sendInitialMetadata(_ metadata: Metadata, flags: UInt32 = 0) {
    let sent = SentMetadata(metadata)
    initialMetadata = sent
    vrpc_batch_send_initial_metadata(block, sent.pairs.baseAddress, sent.pairs.count, flags)
  }

  func send(_ message: ByteBuffer) {
    self.message = message
    vrpc_batch_send_message(block, message.pointer)
  }

  func sendClose() { vrpc_batch_send_close(block) }

  func sendStatus(_ code: StatusCode, _ message: String, trailers: Metadata) {
    let sent = SentMetadata(trailers)
    self.trailers = sent
    [UInt8](message.utf8).withUnsafeBytes {
      let text = $0.baseAddress?.assumingMemoryBound(to: CChar.self)
      vrpc_batch_send_status(block, code.rawValue, text, $0.count, sent.pairs.baseAddress, sent.pairs.count)
    }
  }

  func receiveInitialMetadata() { vrpc_batch_receive_initial_metadata(block) }

  func receiveMessage() { vrpc_batch_receive_message(block) }

  func receiveStatus() { vrpc_batch_receive_status(block) }

  func receiveClose() { vrpc_batch_receive_close(block) }
}

/// What came of it.
extension Batch {
  /// The received message; nil at the end of the stream. A second call gives nil.
  func takeMessage() -> ByteBuffer? {
    guard let message = block.pointee.received_message else { return nil }
    block.pointee.received_message = nil
    return ByteBuffer(takingOwnershipOf: message)
  }

  var receivedInitialMetadata: Metadata { Metadata(received: block.pointee.received_initial_metadata) }

  /// How the call ended.
  var receivedStatus: RPCStatus {
    RPCStatus(
      code: StatusCode(rawValue: block.pointee.received_status.rawValue),
      message: String(slice: block.pointee.received_status_message),
      trailers: Metadata(received: block.pointee.received_trailing_metadata))
  }

  /// Whether the call ended otherwise than by the server's status: cancelled, past its deadline, connection lost.
  var receivedCancellation: Bool { block.pointee.received_cancelled != 0 }
}
