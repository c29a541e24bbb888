internal import CGRPC
package import Logging
internal import Synchronization

/// A gRPC server: it listens on one address and gives each call to the handler of its method, in a task of its own.
///
/// Once started it lives until `shutdown` has returned, or `run`, which does that.
package final class Server: Sendable {
  let options: ServerOptions
  let services: [any RPCService]
  let calls = CallCensus()
  let lifecycle = Mutex(ServerLifecycle.idle)
  let stopRequested = Promise<Void>()
  let stopped = Promise<Void>()
  private let router: Router
  private let interceptors: [any ServerInterceptor]
  private let logger: Logger

  /// A server of these services; a call passes the first interceptor first.
  package init(
    options: ServerOptions, services: [any RPCService], interceptors: [any ServerInterceptor] = [],
    logger: Logger = Logger(label: "rpc.server")
  ) {
    self.options = options
    self.services = services
    self.interceptors = interceptors
    self.logger = logger
    var router = Router()
    for service in services { router.add(service) }
    self.router = router
  }

  /// How many calls are being handled.
  package var activeCalls: Int { calls.calls }

  /// How many calls were refused as there were as many as the server handles at once.
  package var refusedCalls: Int { calls.refused }

  /// Listens and takes calls from now on; returns the bound port (1 for a unix socket).
  ///
  /// Throws `INVALID_ARGUMENT` for certificates or keys that cannot work, `UNAVAILABLE` when the address is not to be
  /// had, `FAILED_PRECONDITION` when the server was started before.
  @discardableResult
  package func start() throws(RPCError) -> Int {
    let core = try lifecycle.withLock { lifecycle throws(RPCError) in
      guard case .idle = lifecycle else { throw RPCError(.failedPrecondition, "a server is started once") }
      let core = try CoreServer(options)
      lifecycle = .serving(core)
      return core
    }
    // As many as may arrive while the poller thread is busy: those beyond wait in the core.
    core.start(acceptorsPerQueue: 64, census: calls) { [self] in accept($0) }
    return core.port
  }

  /// Runs on the poller thread: it must not block.
  private func accept(_ incoming: IncomingCall) {
    let call = ServerCall(incoming.handle, memoryLimit: options.messageMemoryBytes)
    do {
      try call.watchForCancellation()
    } catch {
      return call.finish(error)
    }
    guard let method = router.method(incoming.method) else {
      return call.finish(RPCError(.unimplemented, "this server has no method \(incoming.method)"))
    }
    let isLimited = !HealthService.owns(method: incoming.method)
    guard calls.callBegins(limit: isLimited ? options.maxConcurrentCalls : nil) else {
      let reason = "this server handles \(options.maxConcurrentCalls) calls at once"
      return call.finish(RPCError(.resourceExhausted, reason))
    }
    let handle = { @Sendable [self] (bytes: Int) in
      start(call, isSmall: bytes <= Self.smallRequest) { [self] in
        await serve(call, incoming, method.handler)
        calls.callEnds(limited: isLimited)
      }
    }
    guard method.awaitsRequest else { return handle(0) }
    do {
      // A task that has to wait for its request wakes a thread twice.
      try call.receiveFirst(then: handle)
    } catch {
      call.finish(error)
      calls.callEnds(limited: isLimited)
    }
  }

  /// Requests of up to so many bytes are unpacked on the poller thread.
  private static let smallRequest = 16 << 10

  /// Starts the task of a call: its handler begins on the poller thread, up to where it first waits, unless there is
  /// a large request to unpack, which would keep other calls waiting.
  ///
  /// Owned by the census: the shutdown waits until all of them have ended.
  private func start(_ call: ServerCall, isSmall: Bool, _ body: @escaping @Sendable () async -> Void) {
    call.isHandled(by: isSmall ? Task.immediate(operation: body) : Task(operation: body))
  }

  private func serve(_ call: ServerCall, _ incoming: IncomingCall, _ handler: Router.Handler) async {
    let context = ServerContext(
      call, method: incoming.method, metadata: incoming.metadata, deadline: incoming.deadline)
    let current = CallContext(method: incoming.method, metadata: incoming.metadata, deadline: incoming.deadline)
    do {
      try await CallContext.$current.withValue(current) {
        try await pass(context, interceptors[...]) { try await handler(call, context) }
      }
      call.finish()
    } catch {
      let status = RPCError(thrown: error, deadline: incoming.deadline)
      if status.code == .internalError {
        logger.error("a handler failed", metadata: ["method": "\(incoming.method)", "error": "\(status)"])
      }
      call.finish(status)
    }
  }

  private func pass(
    _ context: ServerContext, _ interceptors: ArraySlice<any ServerInterceptor>, to handler: () async throws -> Void
  ) async throws {
    guard let first = interceptors.first else { return try await handler() }
    try await first.intercept(context) { try await pass(context, interceptors.dropFirst(), to: handler) }
  }
}
