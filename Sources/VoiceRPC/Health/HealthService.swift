internal import Synchronization
internal import VoiceMessages

/// The standard health service, `grpc.health.v1`: says of each service, and of the server as "", whether it takes
/// calls.
///
/// When the server drains all become `NOT_SERVING`, and when it stops all watches end with `UNAVAILABLE`.
package final class HealthService: RPCService {
  private let register = Mutex(HealthRegister())

  /// The server as a whole serves; services are added by setting their state.
  package init() {
    set(.serving, for: "")
  }

  /// Sets the state of a service, by full name, or of the server (""), and tells who watches it. Without effect while
  /// the server is being shut down.
  package func set(_ status: ServingStatus, for service: String) {
    register.withLock { register in
      for watcher in register.set(status, for: service) { watcher.yield(status) }
    }
  }

  /// The state of a service; nil for one that was never set.
  package func status(of service: String) -> ServingStatus? { register.withLock { $0.status(of: service) } }

  /// Adds `Check` and `Watch`.
  package func register(with router: inout Router) {
    router.handle(GRPCHealthV1.Health.check) { [self] request, _ in
      guard let status = status(of: request.service) else {
        throw RPCError(.notFound, "this server has no service \"\(request.service)\"")
      }
      return GRPCHealthV1.HealthCheckResponse(status)
    }
    router.handle(GRPCHealthV1.Health.watch) { [self] request, responses, _ in
      try await watch(request.service) { try await responses.write(GRPCHealthV1.HealthCheckResponse($0)) }
    }
  }

  /// Makes all services `NOT_SERVING`, for good.
  package func serverWillDrain() {
    register.withLock { register in
      for watcher in register.drain() { watcher.yield(.notServing) }
    }
  }

  /// Ends all watches.
  package func serverWillStop() {
    register.withLock { register in
      for watcher in register.close() { watcher.finish() }
    }
  }

  /// Whether a method is one of this service.
  static func owns(method: String) -> Bool { method.hasPrefix("/\(GRPCHealthV1.Health.name)/") }

  /// Tells the state now and at every change, until the task is cancelled or the server stops.
  private func watch(_ service: String, _ tell: (ServingStatus?) async throws -> Void) async throws {
    // A slow watcher gets the latest state, not all of them.
    let (statuses, watcher) = AsyncStream.makeStream(of: ServingStatus?.self, bufferingPolicy: .bufferingNewest(1))
    let id = register.withLock { register in
      watcher.yield(register.status(of: service))
      return register.add(watcher, of: service)
    }
    if let id {
      defer { register.withLock { $0.remove(watcher: id) } }
      for await status in statuses { try await tell(status) }
      try Task.checkCancellation()
    }
    throw RPCError(.unavailable, "the server is being shut down")
  }
}

extension GRPCHealthV1.HealthCheckResponse {
  fileprivate init(_ status: VoiceRPC.ServingStatus?) {
    self.init()
    self.status =
      switch status {
      case .serving: .serving
      case .notServing: .notServing
      case nil: .serviceUnknown
      }
  }
}
