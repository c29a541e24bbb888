internal import CGRPC

/// A call that has come in, before anything of it was read.
struct IncomingCall {
  let handle: CallHandle
  let method: String
  let metadata: Metadata
  let deadline: Deadline
}

/// Waits for one call and hands it on, when another acceptor has taken its place.
///
/// `@unchecked Sendable`: it owns memory that only the core touches until the call has come.
final class Acceptor: CompletionTag, @unchecked Sendable {
  private let core: CoreServer
  private let queue: CompletionQueue
  private let census: CallCensus
  private let accept: @Sendable (IncomingCall) -> Void
  private let call = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: 1)
  private let details = UnsafeMutablePointer<grpc_call_details>.allocate(capacity: 1)
  private let metadata = UnsafeMutablePointer<grpc_metadata_array>.allocate(capacity: 1)

  init(
    _ core: CoreServer, _ queue: CompletionQueue, _ census: CallCensus,
    _ accept: @escaping @Sendable (IncomingCall) -> Void
  ) {
    self.core = core
    self.queue = queue
    self.census = census
    self.accept = accept
    call.initialize(to: nil)
    grpc_call_details_init(details)
    grpc_metadata_array_init(metadata)
  }

  deinit {
    grpc_call_details_destroy(details)
    grpc_metadata_array_destroy(metadata)
    call.deallocate()
    details.deallocate()
    metadata.deallocate()
  }

  /// Begins to wait.
  func arm() {
    census.acceptorBegins()
    let tag = retainedForCore()
    let refusal = grpc_server_request_call(core.pointer, call, details, metadata, queue.pointer, queue.pointer, tag)
    if refusal != GRPC_CALL_OK {
      _ = CompletionTag.takeBack(tag)
      census.acceptorEnds()
    }
  }

  override func complete(succeeded: Bool) {
    // Counted until the call is counted itself: the queue must not be shut down in between.
    defer { census.acceptorEnds() }
    // Without success the server is shutting down.
    guard succeeded, let call = call.pointee else { return }
    Acceptor(core, queue, census, accept).arm()
    accept(
      IncomingCall(
        handle: CallHandle(takingOwnershipOf: call), method: String(slice: details.pointee.method),
        metadata: Metadata(received: metadata.pointee), deadline: Deadline(core: details.pointee.deadline)))
  }
}
