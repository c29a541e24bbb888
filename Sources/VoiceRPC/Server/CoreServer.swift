internal import CGRPC

/// The core's server and its queues.
///
/// `@unchecked Sendable`: it owns a C object whose functions may be called from any thread until `destroy`.
final class CoreServer: @unchecked Sendable {
  /// The bound port; 1 for a unix socket.
  let port: Int
  let pointer: OpaquePointer
  private let queues: [CompletionQueue]

  /// Listens. Throws `INVALID_ARGUMENT` for TLS material that cannot work, `UNAVAILABLE` when the address is not to be
  /// had.
  init(_ options: ServerOptions) throws(RPCError) {
    let credentials = try ServerCredentials(options.tls)
    pointer = options.arguments.withPointer { grpc_server_create($0, nil) }
    port = Int(grpc_server_add_http2_port(pointer, options.address, credentials.pointer))
    guard port != 0 else {
      CoreServer.discard(unstarted: pointer)
      throw RPCError(
        .unavailable, "cannot listen on \(options.address): it is in use, not permitted or not an address of this host")
    }
    queues = (0..<max(1, options.completionQueues)).map { CompletionQueue(name: "grpc-server-\($0)") }
    for queue in queues { grpc_server_register_completion_queue(pointer, queue.pointer, nil) }
  }

  /// Starts to serve, with so many calls a queue that may arrive before the first is taken.
  func start(acceptorsPerQueue: Int, census: CallCensus, accept: @escaping @Sendable (IncomingCall) -> Void) {
    grpc_server_start(pointer)
    for queue in queues {
      for _ in 0..<acceptorsPerQueue { Acceptor(self, queue, census, accept).arm() }
    }
  }

  /// Refuses connections and calls from now on; the promise is fulfilled when the last call is over.
  func stopAccepting() -> Promise<Void> {
    let over = Promise<Void>()
    grpc_server_shutdown_and_notify(pointer, queues[0].pointer, Signal(over).retainedForCore())
    return over
  }

  func cancelAllCalls() { grpc_server_cancel_all_calls(pointer) }

  /// Ends everything. Only after the last call is over and nobody can start an operation any more.
  func destroy() async {
    for queue in queues { await queue.shutDown() }
    grpc_server_destroy(pointer)
  }

  /// Destroys a server that has not been started; the core wants a shutdown of it all the same, which is done at once.
  static func discard(unstarted pointer: OpaquePointer) {
    let queue = grpc_completion_queue_create_for_next(nil)
    grpc_server_register_completion_queue(pointer, queue, nil)
    grpc_server_shutdown_and_notify(pointer, queue, nil)
    _ = grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_REALTIME), nil)
    grpc_completion_queue_shutdown(queue)
    _ = grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_REALTIME), nil)
    grpc_server_destroy(pointer)
    grpc_completion_queue_destroy(queue)
  }

  // Unchecked as its superclass is; it holds a promise, which is made for several threads.
  private final class Signal: CompletionTag, @unchecked Sendable {
    private let promise: Promise<Void>

    init(_ promise: Promise<Void>) { self.promise = promise }

    override func complete(succeeded: Bool) { promise.fulfil(()) }
  }
}
