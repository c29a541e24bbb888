/// How a channel connects and what it accepts.
package struct ChannelOptions: Sendable {
  /// gRPC service config, JSON: load balancing, retries, timeouts and health checking per method.
  package var serviceConfig: String?
  /// TLS; nil for none.
  package var tls: TLSClientOptions?
  /// The largest response that is accepted, bytes on the wire.
  package var maxReceivedMessageBytes = 16 << 20
  /// The largest request that is sent, bytes on the wire; nil for no limit.
  package var maxSentMessageBytes: Int?
  /// The largest request that is kept to be sent again when a server goes, bytes on the wire: larger calls are not
  /// retried.
  package var maxRetriedMessageBytes = 64 << 20
  /// The memory that one response may take once unpacked, bytes.
  package var messageMemoryBytes = 256 << 20
  /// After how long without traffic the connection is tested.
  package var keepaliveTime: Duration = .seconds(30)
  /// How long the test may take before the connection counts as dead.
  package var keepaliveTimeout: Duration = .seconds(10)
  /// Between the first two attempts to connect to an address.
  package var initialReconnectBackoff: Duration = .milliseconds(200)
  /// Between later attempts, at least the time that one may take.
  package var maxReconnectBackoff: Duration = .seconds(5)
  /// How long an attempt to connect may take.
  package var connectTimeout: Duration = .seconds(5)
  /// Whether channels to the same address keep connections of their own.
  package var hasOwnConnections = false

  /// The defaults.
  package init() {}
}
