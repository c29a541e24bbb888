internal import CGRPC

/// A message on the wire: a byte buffer of the core, to be sent once or as it was received.
///
/// `@unchecked Sendable`: it owns a C object that nothing changes until it is sent, and a batch that sends it holds it
/// until the core is done.
final class ByteBuffer: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<grpc_byte_buffer>

  init(takingOwnershipOf pointer: UnsafeMutablePointer<grpc_byte_buffer>) { self.pointer = pointer }

  /// A message of `size` bytes that `fill` writes straight into the memory that is sent.
  init(size: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
    GRPCRuntime.start()
    var slice = grpc_slice_malloc(size)
    defer { grpc_slice_unref(slice) }
    fill(UnsafeMutableRawBufferPointer(start: vrpc_slice_start(&slice), count: size))
    pointer = grpc_raw_byte_buffer_create(&slice, 1)
  }

  /// Its bytes, compressed if it was received so.
  var count: Int { grpc_byte_buffer_length(pointer) }

  deinit { grpc_byte_buffer_destroy(pointer) }

  /// Calls `body` with the bytes in one piece: where they lie when the core received them so, else copied together.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    var reader = grpc_byte_buffer_reader()
    guard grpc_byte_buffer_reader_init(&reader, pointer) != 0 else {
      throw RPCError(.internalError, "a received message cannot be decompressed")
    }
    defer { grpc_byte_buffer_reader_destroy(&reader) }
    let size = grpc_byte_buffer_length(reader.buffer_out)
    var slice: UnsafeMutablePointer<grpc_slice>?
    guard size > 0, grpc_byte_buffer_reader_peek(&reader, &slice) != 0, let first = slice else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    if vrpc_slice_length(first) == size {
      return try body(UnsafeRawBufferPointer(start: vrpc_slice_start(first), count: size))
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { memory.deallocate() }
    var filled = 0
    repeat {
      guard let piece = slice else { break }
      let bytes = UnsafeRawBufferPointer(start: vrpc_slice_start(piece), count: vrpc_slice_length(piece))
      UnsafeMutableRawBufferPointer(rebasing: memory[filled...]).copyMemory(from: bytes)
      filled += bytes.count
    } while grpc_byte_buffer_reader_peek(&reader, &slice) != 0
    return try body(UnsafeRawBufferPointer(rebasing: memory[..<filled]))
  }
}
