internal import Logging
package import VoiceConfiguration

/// Where a service tells its metrics: on an address of its own, which is not for callers.
package struct MonitoringSettings: Sendable, Hashable {
  /// An address of this machine, in numbers.
  package var address: String
  /// A port; 0 for any that is free, nil for none: nothing is told.
  package var port: Int?

  /// Reads `metrics`; problems are noted in the node.
  package init(_ node: ConfigurationNode) {
    let metrics = node.map("metrics")
    address = metrics.string("address", default: "127.0.0.1")
    port = metrics.optionalInt("port", in: 0...65_535)
    if SocketAddress(address, port: 0) == nil { metrics.report("address", "'\(address)' is no IPv4 or IPv6 address") }
  }
}
