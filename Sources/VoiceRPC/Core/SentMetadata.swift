internal import CGRPC

/// Metadata as the core wants it sent: an array of pairs of slices that lives until the batch has completed.
///
/// `@unchecked Sendable`: it owns C memory that only the core touches after `init`.
final class SentMetadata: @unchecked Sendable {
  let pairs: UnsafeMutableBufferPointer<grpc_metadata>

  init(_ metadata: Metadata) {
    pairs = .allocate(capacity: metadata.entries.count)
    pairs.initialize(repeating: grpc_metadata())
    for (index, entry) in metadata.entries.enumerated() {
      pairs[index].key = [UInt8](entry.key.utf8).copiedToSlice()
      pairs[index].value = entry.value.copiedToSlice()
    }
  }

  deinit {
    for pair in pairs {
      grpc_slice_unref(pair.key)
      grpc_slice_unref(pair.value)
    }
    pairs.deallocate()
  }
}

extension Metadata {
  /// Copies what was received: the array's elements belong to the call.
  init(received array: grpc_metadata_array) {
    self.init()
    guard let pairs = array.metadata else { return }
    for pair in UnsafeBufferPointer(start: pairs, count: array.count) {
      append(key: String(slice: pair.key), value: [UInt8](slice: pair.value))
    }
  }
}
