package import VoiceMessages

/// The methods that a server has, each with its handler.
package struct Router: Sendable {
  typealias Handler = @Sendable (ServerCall, ServerContext) async throws -> Void

  /// A method, as the server runs it.
  struct Method: Sendable {
    /// Whether there is nothing to do before the request has come: the caller sends one.
    let awaitsRequest: Bool
    let handler: Handler
  }

  private var methods: [String: Method] = [:]

  /// No methods.
  package init() {}

  /// Names of the services that have methods here, in order.
  package var services: [String] {
    Set(methods.keys.map { String($0.dropFirst().prefix { $0 != "/" }) }).sorted()
  }

  /// Adds all methods of a service.
  package mutating func add(_ service: some RPCService) { service.register(with: &self) }

  /// Handles a method with one request and one response.
  package mutating func handle<Request, Response>(
    _ method: UnaryMethod<Request, Response>,
    with handler: @escaping @Sendable (Request, ServerContext) async throws -> Response
  ) {
    add(method.path, awaitsRequest: true) { call, context in
      call.setResponse(.packing(try await handler(try await call.onlyRequest(), context)))
    }
  }

  /// Handles a method with one request and a stream of responses.
  package mutating func handle<Request, Response>(
    _ method: ServerStreamingMethod<Request, Response>,
    with handler: @escaping @Sendable (Request, MessageWriter<Response>, ServerContext) async throws -> Void
  ) {
    add(method.path, awaitsRequest: true) { call, context in
      try await handler(try await call.onlyRequest(), MessageWriter(call: call), context)
    }
  }

  /// Handles a method with a stream of requests and one response.
  package mutating func handle<Request, Response>(
    _ method: ClientStreamingMethod<Request, Response>,
    with handler: @escaping @Sendable (MessageStream<Request>, ServerContext) async throws -> Response
  ) {
    add(method.path, awaitsRequest: false) { call, context in
      call.setResponse(.packing(try await handler(MessageStream(call: call), context)))
    }
  }

  /// Handles a method with streams both ways.
  package mutating func handle<Request, Response>(
    _ method: BidirectionalMethod<Request, Response>,
    with handler:
      @escaping @Sendable (MessageStream<Request>, MessageWriter<Response>, ServerContext) async throws -> Void
  ) {
    add(method.path, awaitsRequest: false) { call, context in
      try await handler(MessageStream(call: call), MessageWriter(call: call), context)
    }
  }

  func method(_ path: String) -> Method? { methods[path] }

  private mutating func add(_ path: String, awaitsRequest: Bool, _ handler: @escaping Handler) {
    precondition(methods[path] == nil, "\(path) has a handler already")
    methods[path] = Method(awaitsRequest: awaitsRequest, handler: handler)
  }
}

extension ServerCall {
  /// The request of a call that has one.
  fileprivate func onlyRequest<Request: Message>() async throws -> Request {
    guard let request = try await receive() else {
      throw RPCError(.invalidArgument, "the call ended without a request")
    }
    return try request.unpackedRequest(memoryLimit: memoryLimit)
  }
}
