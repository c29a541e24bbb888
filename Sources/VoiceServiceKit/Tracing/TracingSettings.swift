package import VoiceConfiguration

/// Where a service sends its spans, and of how many traces.
package struct TracingSettings: Sendable, Hashable {
  /// gRPC target of a collector that takes OTLP (port 4317 by custom); nil for none.
  package var endpoint: String?
  /// The share of the traces that begin here which are recorded, 0 to 1. What callers have decided stays.
  package var sampleRatio: Double

  /// Reads `tracing`; problems are noted in the node.
  package init(_ node: ConfigurationNode) {
    let tracing = node.map("tracing")
    endpoint = tracing.optionalString("endpoint")
    sampleRatio = tracing.double("sample_ratio", default: 1, in: 0...1)
  }
}
