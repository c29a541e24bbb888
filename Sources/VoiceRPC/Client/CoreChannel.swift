internal import CGRPC

/// The core's channel; it is destroyed when nobody holds it, and its calls in flight do.
///
/// `@unchecked Sendable`: it owns a C object whose functions may be called from any thread.
final class CoreChannel: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// Throws `INVALID_ARGUMENT` for certificates or keys that cannot work.
  init(_ target: String, _ options: ChannelOptions) throws(RPCError) {
    let credentials = try ChannelCredentials(options.tls)
    pointer = options.arguments.withPointer { grpc_channel_create(target, credentials.pointer, $0) }
  }

  deinit { grpc_channel_destroy(pointer) }

  /// Makes a call; nothing is sent yet.
  func makeCall(_ path: String, _ deadline: Deadline) -> CallHandle {
    let queue = CompletionQueue.client.pointer
    let call = path.withSlice {
      grpc_channel_create_call(pointer, nil, vrpc_propagate_defaults(), queue, $0, nil, deadline.core, nil)
    }
    guard let call else { preconditionFailure("the gRPC core makes no call of \(path)") }
    return CallHandle(takingOwnershipOf: call, keeping: self)
  }
}

extension CallOptions {
  /// Flags of the batch that begins the call.
  var flags: UInt32 {
    guard waitsForReady else { return 0 }
    return UInt32(GRPC_INITIAL_METADATA_WAIT_FOR_READY | GRPC_INITIAL_METADATA_WAIT_FOR_READY_EXPLICITLY_SET)
  }
}
