package import VoiceMessages
package import VoiceRPC
internal import VoiceRecognition

/// Another service as this one calls it: over all its replicas, with what is left of the caller's time, in its trace.
package struct Upstream: Sendable {
  /// What the service is called in errors and logs.
  package let name: String
  private let channel: Channel
  private let timeout: Duration
  private let reserve: Duration
  private var key: String?

  /// A client of the service at a gRPC target (`dns:///name:port`, `ipv4:a:1,b:2`).
  ///
  /// A call takes at most `timeout`, and at most what is left of the caller's deadline less `reserve`, so that there is
  /// time to answer. With a `key` it is shown with each call. Throws `RPCError` for a target that cannot be, and for a
  /// key that others could read on the way.
  package init(
    name: String, target: String, timeout: Duration = .seconds(30), reserve: Duration = .milliseconds(5),
    tls: TLSClientOptions? = nil, key: String? = nil
  ) throws {
    self.key = key
    self.name = name
    self.timeout = timeout
    self.reserve = reserve
    var options = ChannelOptions()
    options.serviceConfig = ServiceConfig.json
    options.maxReceivedMessageBytes = 64 << 20
    options.tls = tls
    // A replica that hangs, or that no packet reaches any more, gets its share of the calls until this finds it.
    (options.keepaliveTime, options.keepaliveTimeout) = (.seconds(10), .seconds(5))
    channel = try Channel(target, options: options)
    if key != nil, channel.isReadOnTheWay {
      throw RPCError(.invalidArgument, "everybody on the way to \(target) could read the key: set tls.upstream_ca")
    }
  }

  /// Whether others could read a key that is shown to the service.
  package var isReadOnTheWay: Bool { channel.isReadOnTheWay }

  /// The same service as the owner of a key calls it. See `isReadOnTheWay`.
  package func showing(key: String) -> Upstream {
    var other = self
    other.key = key
    return other
  }

  /// Calls a method with one request and one response. Throws `RecognitionError`, and `CancellationError` when
  /// cancelled.
  package func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request
  ) async throws -> Response {
    let call = OutgoingCall(method.path)
    do {
      let response = try await channel.call(method, request, options: options(timeout, call.context))
      call.end(.ok)
      return response
    } catch {
      call.end((error as? RPCError)?.code ?? .cancelled)
      throw translate(error)
    }
  }

  /// Calls a method with a stream of responses; nil is no time limit. Errors while reading are translated too.
  package func call<Request, Response>(
    _ method: ServerStreamingMethod<Request, Response>, _ request: Request, timeout: Duration?
  ) async throws -> UpstreamResponses<Response> {
    do {
      return UpstreamResponses(
        stream: try channel.call(method, request, options: options(timeout, TraceContext.current)),
        translate: translate)
    } catch { throw translate(error) }
  }

  /// Calls a method with streams both ways, which `body` writes and reads; nil is no time limit. Errors of the call are
  /// translated, those that `body` lets out too.
  package func call<Request, Response, Result>(
    _ method: BidirectionalMethod<Request, Response>, timeout: Duration?,
    _ body: (RequestWriter<Request>, UpstreamResponses<Response>) async throws -> Result
  ) async throws -> Result {
    do {
      return try await channel.call(method, options: options(timeout, TraceContext.current)) { writer, responses in
        try await body(writer, UpstreamResponses(stream: responses, translate: translate))
      }
    } catch { throw translate(error) }
  }

  private func options(_ timeout: Duration?, _ trace: TraceContext?) -> CallOptions {
    var options = CallOptions.inheriting(timeout: timeout)
    if let deadline = CallContext.current?.deadline.instant {
      options.deadline = min(options.deadline, .at(deadline - reserve))
    }
    if let key { options.metadata.add("authorization", "Bearer \(key)") }
    if let trace {
      options.metadata.add(TraceContext.header, trace.headerValue)
    }
    Caller.current?.add(to: &options.metadata)
    return options
  }

  private func translate(_ error: any Error) -> any Error {
    guard let error = error as? RPCError else { return error }
    if error.code == .cancelled, Task.isCancelled { return CancellationError() }
    return RecognitionError(error, from: name)
  }
}

/// The responses of a streaming call, with the service's errors in the domain's form.
package struct UpstreamResponses<Response: Message>: AsyncSequence, Sendable {
  let stream: ResponseStream<Response>
  let translate: @Sendable (any Error) -> any Error

  /// Reads the responses.
  package struct AsyncIterator: AsyncIteratorProtocol {
    var iterator: ResponseStream<Response>.AsyncIterator
    let translate: @Sendable (any Error) -> any Error

    /// The next response; nil at the end. Throws `RecognitionError`.
    package mutating func next() async throws -> Response? {
      do { return try await iterator.next() } catch { throw translate(error) }
    }
  }

  /// The one iterator.
  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(iterator: stream.makeAsyncIterator(), translate: translate)
  }
}

/// The gRPC service config of our clients.
enum ServiceConfig {
  /// All replicas in turn, those that say they serve; a call that no replica has taken in is tried again.
  ///
  /// Health is that of the server as a whole, which every service tells. UNAVAILABLE alone is retried: it says that the
  /// call did nothing.
  static let json = """
    {"loadBalancingConfig": [{"round_robin": {}}],
     "healthCheckConfig": {"serviceName": ""},
     "methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.05s", "maxBackoff": "1s",
       "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}
    """
}
