internal import VoiceMessages

extension ByteBuffer {
  /// The message, packed straight into the memory that is sent.
  static func packing(_ message: some Message) -> ByteBuffer {
    message.withSerialized { size, write in ByteBuffer(size: size, fill: write) }
  }

  /// The request in it. Throws `INVALID_ARGUMENT` when it is none or takes more memory than `memoryLimit` bytes.
  func unpackedRequest<Request: Message>(memoryLimit: Int) throws -> Request {
    do {
      return try withBytes { try Request(serialized: $0, memoryLimit: memoryLimit) }
    } catch let error as MessageError {
      throw RPCError(.invalidArgument, "the request is not a well-formed \(Request.self): \(error)", cause: error)
    }
  }

  /// The response in it. Throws `INTERNAL` when it is none or takes more memory than `memoryLimit` bytes.
  func unpackedResponse<Response: Message>(memoryLimit: Int) throws -> Response {
    do {
      return try withBytes { try Response(serialized: $0, memoryLimit: memoryLimit) }
    } catch let error as MessageError {
      throw RPCError(.internalError, "the response is not a well-formed \(Response.self): \(error)", cause: error)
    }
  }
}
