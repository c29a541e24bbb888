internal import CGRPC

extension String {
  /// The slice's bytes as text; what is not UTF-8 in them is replaced.
  init(slice: grpc_slice) {
    self = withUnsafePointer(to: slice) {
      String(decoding: UnsafeBufferPointer(start: vrpc_slice_start($0), count: vrpc_slice_length($0)), as: UTF8.self)
    }
  }

  /// A slice with a copy of the text, for `body` to use while it runs.
  func withSlice<Result>(_ body: (grpc_slice) throws -> Result) rethrows -> Result {
    let slice = [UInt8](utf8).copiedToSlice()
    defer { grpc_slice_unref(slice) }
    return try body(slice)
  }
}

extension [UInt8] {
  init(slice: grpc_slice) {
    self = withUnsafePointer(to: slice) {
      Array(UnsafeBufferPointer(start: vrpc_slice_start($0), count: vrpc_slice_length($0)))
    }
  }

  /// A slice with a copy of the bytes; the caller unrefs it.
  func copiedToSlice() -> grpc_slice {
    withUnsafeBytes { grpc_slice_from_copied_buffer($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }
  }
}
