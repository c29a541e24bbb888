package import VoiceMessages

extension Channel {
  /// Calls a method with one request and a stream of responses. Throws `RPCError`, also while reading.
  package func call<Request, Response>(
    _ method: ServerStreamingMethod<Request, Response>, _ request: Request, options: CallOptions = CallOptions()
  ) throws -> ResponseStream<Response> {
    ResponseStream(call: try ClientCall(method.path, on: self, options, request: .packing(request)))
  }

  /// Calls a method with a stream of requests, which `write` sends, and one response.
  ///
  /// Throws `RPCError`, or what `write` throws after cancelling the call. When the server answers before it has read
  /// everything, `write` is ended by a thrown error and the answer is returned.
  package func call<Request, Response>(
    _ method: ClientStreamingMethod<Request, Response>, options: CallOptions = CallOptions(),
    _ write: (RequestWriter<Request>) async throws -> Void
  ) async throws -> Response {
    let call = try ClientCall(method.path, on: self, options)
    do {
      try await write(RequestWriter(call: call))
      try await call.finishSending()
    } catch is RequestStreamClosed {
      // The server has answered already.
    }
    guard let response = try await call.receive() else {
      throw RPCError(.internalError, "\(method.path) ended with OK and without a response")
    }
    let message: Response = try response.unpackedResponse(memoryLimit: call.memoryLimit)
    try await call.end().get()
    return message
  }

  /// Calls a method with streams both ways; `body` writes and reads, in tasks of its own if both should go on at once.
  ///
  /// The call is over when `body` returns: cancelled, unless it has ended. Throws what `body` throws, or the call's
  /// status when the server ended it while `body` was writing.
  package func call<Request, Response, Result>(
    _ method: BidirectionalMethod<Request, Response>, options: CallOptions = CallOptions(),
    _ body: (RequestWriter<Request>, ResponseStream<Response>) async throws -> Result
  ) async throws -> Result {
    let call = try ClientCall(method.path, on: self, options)
    defer { call.cancel() }
    do {
      return try await body(RequestWriter(call: call), ResponseStream(call: call))
    } catch is RequestStreamClosed {
      while try await call.receive() != nil {}
      throw RPCError(.aborted, "\(method.path) was ended by the server before it had read all requests")
    }
  }
}
