/// Where a server listens and what it accepts.
package struct ServerOptions: Sendable {
  /// "host:port", "[::]:port" or "unix:/path"; port 0 for any that is free.
  package var address: String
  /// TLS; nil for none.
  package var tls: TLSServerOptions?
  /// How many calls are served at once; more are refused with `RESOURCE_EXHAUSTED`. Health checks do not count.
  package var maxConcurrentCalls = 1000
  /// The largest request that is accepted, bytes on the wire.
  package var maxReceivedMessageBytes = 16 << 20
  /// The largest response that is sent, bytes on the wire; nil for no limit.
  package var maxSentMessageBytes: Int?
  /// The memory that one request may take once unpacked, bytes.
  package var messageMemoryBytes = 64 << 20
  /// After how long without traffic a connection is tested.
  package var keepaliveTime: Duration = .seconds(30)
  /// How long the test may take before the connection counts as dead.
  package var keepaliveTimeout: Duration = .seconds(10)
  /// How often a client may test the connection.
  package var minKeepaliveInterval: Duration = .seconds(5)
  /// After how long a connection is ended gently, so that clients spread over replicas that came later; nil for never.
  package var maxConnectionAge: Duration?
  /// How long calls on a connection that is ended for its age may go on.
  package var maxConnectionAgeGrace: Duration = .seconds(30)
  /// How many threads take completions from the core.
  package var completionQueues = 1
  /// On shutdown, the time between saying `NOT_SERVING` and refusing calls, in which clients that watch the health turn
  /// to other servers.
  package var drainTime: Duration = .milliseconds(200)
  /// On shutdown, how long calls may take to finish before they are cancelled.
  package var shutdownGrace: Duration = .seconds(10)

  /// The defaults, at this address.
  package init(address: String = "127.0.0.1:0") { self.address = address }
}
