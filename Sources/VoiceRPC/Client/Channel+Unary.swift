package import VoiceMessages

/// A response with the metadata around it.
package struct UnaryResponse<Response: Message>: Sendable {
  /// What the handler returned.
  package let message: Response
  /// What the server sent before the response.
  package let metadata: Metadata
  /// What the server sent after it.
  package let trailers: Metadata
}

extension Channel {
  /// Calls a method with one request and one response. Cancelling the task cancels the call. Throws `RPCError`.
  package func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request, options: CallOptions = CallOptions()
  ) async throws -> Response {
    try await callForResponse(method, request, options: options).message
  }

  /// Like `call`, with the metadata that came along. Throws `RPCError`.
  package func callForResponse<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request, options: CallOptions = CallOptions()
  ) async throws -> UnaryResponse<Response> {
    let call = try makeCall(method.path, options)
    // All six operations in one batch: one completion, one wake-up.
    let batch = Batch(call)
    batch.sendInitialMetadata(options.metadata, flags: options.flags)
    batch.send(.packing(request))
    batch.sendClose()
    batch.receiveInitialMetadata()
    batch.receiveMessage()
    batch.receiveStatus()
    _ = try await withTaskCancellationHandler {
      try await batch.run()
    } onCancel: {
      call.cancel()
    }
    let status = batch.receivedStatus
    try status.get()
    guard let message = batch.takeMessage() else {
      throw RPCError(.internalError, "\(method.path) ended with OK and without a response")
    }
    return UnaryResponse(
      message: try message.unpackedResponse(memoryLimit: self.options.messageMemoryBytes),
      metadata: batch.receivedInitialMetadata, trailers: status.trailers)
  }
}
