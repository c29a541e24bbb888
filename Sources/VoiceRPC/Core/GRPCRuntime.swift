internal import CGRPC

/// The C core of this process.
package enum GRPCRuntime {
  private static let started: Void = {
    CoreLog.install()
    grpc_init()
  }()

  /// Initialises the core once. It is never shut down: that is asynchronous and frees nothing a service would miss.
  static func start() { _ = started }

  /// The version of the core, as "29.0.0".
  package static var version: String { String(cString: grpc_version_string()) }

  /// Lets malloc keep freed blocks of up to 64 MB instead of returning them to the system page by page.
  ///
  /// Call it once when a service starts: large messages are packed and unpacked several times faster, because their
  /// memory is not faulted in anew for each. Returns false where the allocator refuses.
  @discardableResult
  package static func keepFreedMemory() -> Bool { vrpc_keep_freed_memory(64 << 20) == 1 }
}
