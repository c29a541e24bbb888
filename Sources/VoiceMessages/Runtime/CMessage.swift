internal import CProtobufC

/// What the generator writes for each message: the way to and from the C struct of protobuf-c.
protocol CMessage: Message {
  associatedtype C

  /// Sets a C struct to the defaults.
  static func cInit(_ pointer: UnsafeMutablePointer<C>)

  /// Reads a C struct that lives in the arena.
  init(c: UnsafePointer<C>, _ arena: Arena) throws(MessageError)

  /// Fills a C struct; what it points to lives in the arena.
  func fill(_ c: UnsafeMutablePointer<C>, _ arena: Arena)
}

extension CMessage {
  private static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {
    withUnsafeTemporaryAllocation(of: C.self, capacity: 1) { buffer in
      let pointer = buffer.baseAddress.unsafelyUnwrapped
      cInit(pointer)
      return UnsafeRawPointer(pointer).assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
    }
  }

  /// Reads the wire form with protobuf-c. Throws `MessageError`.
  package init(serialized bytes: UnsafeRawBufferPointer, memoryLimit: Int) throws(MessageError) {
    let descriptor = Self.descriptor
    try WireCheck.checkStrings(bytes, of: descriptor)
    let arena = Arena(limit: memoryLimit)
    var allocator = arena.allocator
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard let message = protobuf_c_message_unpack(descriptor, &allocator, bytes.count, start) else {
      throw arena.isExhausted ? .exceedsMemoryLimit : .malformed
    }
    try self.init(c: UnsafeRawPointer(message).assumingMemoryBound(to: C.self), arena)
  }

  /// Hands out the size of the wire form in bytes and a function with which protobuf-c writes it.
  package func withSerialized<Result: ~Copyable>(
    _ body: (_ size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) throws -> Result
  ) rethrows -> Result {
    let arena = Arena(limit: .max)
    let pointer = arena.message(self)
    return try withExtendedLifetime(arena) {
      let base = UnsafeRawPointer(pointer).assumingMemoryBound(to: ProtobufCMessage.self)
      let size = protobuf_c_message_get_packed_size(base)
      return try body(size) { memory in
        precondition(memory.count >= size, "a message of \(size) bytes does not fit in \(memory.count)")
        if size > 0, let start = memory.baseAddress {
          protobuf_c_message_pack(base, start.assumingMemoryBound(to: UInt8.self))
        }
      }
    }
  }
}
