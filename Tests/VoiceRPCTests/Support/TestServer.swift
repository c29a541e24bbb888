import Testing
import VoiceRPC

extension ServerOptions {
  /// For tests in which no client watches the health: no time to turn to other servers.
  static var quick: ServerOptions {
    var options = ServerOptions()
    options.drainTime = .zero
    return options
  }
}

extension ChannelOptions {
  /// For tests that count connections or kill them: nothing is shared with other tests.
  static var own: ChannelOptions {
    var options = ChannelOptions()
    options.hasOwnConnections = true
    options.initialReconnectBackoff = .milliseconds(20)
    options.maxReconnectBackoff = .milliseconds(100)
    return options
  }
}

/// Runs `body` with a server of these services and a channel to it, and shuts the server down.
func withServer<Result>(
  _ services: [any RPCService] = [EchoService()], options: ServerOptions = .quick,
  interceptors: [any ServerInterceptor] = [], channel: ChannelOptions = .own,
  _ body: (Server, Channel) async throws -> Result
) async throws -> Result {
  let server = Server(options: options, services: services, interceptors: interceptors)
  let port = try server.start()
  let outcome: Swift.Result<Result, any Error>
  do {
    outcome = .success(try await body(server, try Channel("ipv4:127.0.0.1:\(port)", options: channel)))
  } catch {
    outcome = .failure(error)
  }
  await server.shutdown(grace: .zero)
  return try outcome.get()
}

/// The error that `body` throws; records an issue when it throws none or another kind.
func rpcError(
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> RPCError? {
  do {
    try await body()
    Issue.record(comment ?? "no error was thrown", sourceLocation: sourceLocation)
    return nil
  } catch let error as RPCError {
    return error
  } catch {
    Issue.record("not an RPCError: \(error)", sourceLocation: sourceLocation)
    return nil
  }
}

/// Service config of a client: round robin, retries when a server is unavailable, and health where it is watched.
func serviceConfig(watchesHealth: Bool) -> String {
  let health = watchesHealth ? #""healthCheckConfig":{"serviceName":"test.Echo"},"# : ""
  return """
    {\(health)"loadBalancingConfig":[{"round_robin":{}}],"methodConfig":[{"name":[{}],
    "retryPolicy":{"maxAttempts":5,"initialBackoff":"0.02s","maxBackoff":"0.2s","backoffMultiplier":2,
    "retryableStatusCodes":["UNAVAILABLE"]}}]}
    """
}
