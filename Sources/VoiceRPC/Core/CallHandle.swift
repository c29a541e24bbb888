internal import CGRPC
internal import Synchronization

/// Owns a call of the core. Every batch in flight holds it, so the call and the received metadata that lies in it
/// outlive all completions.
///
/// `@unchecked Sendable`: it owns a C object; batches are started one at a time under a lock, and the rest of what is
/// used here the core allows from any thread.
final class CallHandle: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let starting = Mutex(())
  private let channel: CoreChannel?

  /// A call that a server received or that a channel made; it keeps the channel, without which it may lose its way.
  init(takingOwnershipOf pointer: OpaquePointer, keeping channel: CoreChannel? = nil) {
    self.pointer = pointer
    self.channel = channel
  }

  deinit { grpc_call_unref(pointer) }

  /// Starts a batch; nil when the core took it, else the core's reason.
  func start(_ batch: UnsafeMutablePointer<vrpc_batch>, tag: CompletionTag) -> String? {
    let tag = tag.retainedForCore()
    // The operations are the block's first member.
    let operations = UnsafeRawPointer(batch).assumingMemoryBound(to: grpc_op.self)
    let refusal = starting.withLock { _ in grpc_call_start_batch(pointer, operations, batch.pointee.count, tag, nil) }
    guard refusal != GRPC_CALL_OK else { return nil }
    _ = CompletionTag.takeBack(tag)
    return String(cString: grpc_call_error_to_string(refusal))
  }

  /// Ends the call at once with this status, unless it has ended.
  func cancel(_ code: StatusCode = .cancelled, _ message: String = "cancelled by the caller") {
    _ = grpc_call_cancel_with_status(pointer, grpc_status_code(code.rawValue), message, nil)
  }

  /// Address of the other side, as "ipv4:127.0.0.1:40112".
  var peer: String {
    guard let peer = grpc_call_get_peer(pointer) else { return "" }
    defer { gpr_free(peer) }
    return String(cString: peer)
  }

  /// What the handshake says of the other side under this name.
  func authenticatedProperties(named name: String) -> [String] {
    guard let context = grpc_call_auth_context(pointer) else { return [] }
    defer { grpc_auth_context_release(context) }
    // The iterator keeps the name's pointer: it must stay valid while it runs.
    return name.withCString { name in
      var iterator = grpc_auth_context_find_properties_by_name(context, name)
      var values: [String] = []
      while let property = grpc_auth_property_iterator_next(&iterator)?.pointee {
        let bytes = UnsafeRawBufferPointer(start: property.value, count: property.value_length)
        values.append(String(decoding: bytes, as: UTF8.self))
      }
      return values
    }
  }
}
