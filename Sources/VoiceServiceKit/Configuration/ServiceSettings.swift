internal import Glibc
internal import Logging
package import VoiceConfiguration
package import VoiceRPC

/// What every service can be told: where it listens, what it logs and tells, how much it takes and how it ends.
package struct ServiceSettings: Sendable {
  /// How log lines are written.
  package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, for machines.
    case json
    /// Readable, for a terminal.
    case text
  }

  /// Address and limits of the server.
  package var server: ServerOptions
  /// The least level that is logged; SIGHUP has it read again.
  package var logThreshold: LogThreshold
  /// How log lines are written.
  package var logFormat: LogFormat
  /// Where metrics are told.
  package var monitoring: MonitoringSettings
  /// Where spans are sent.
  package var tracing: TracingSettings
  /// Whether only processes of this host reach the service.
  package let isForThisHost: Bool
  /// Who the service says it is, and who others must say they are.
  package let tls: TLSSettings

  /// Reads the keys that all services share; problems are noted in the node.
  ///
  /// Calls on a connection that ends for its age may go on for `connectionGrace` seconds unless the configuration says
  /// otherwise. A service that takes no calls of gRPC has no keys of how it does, and one that calls no
  /// other none of how it does that.
  package init(
    _ node: ConfigurationNode, connectionGrace: Int = 30, takesCalls: Bool = true, callsOthers: Bool = true
  ) {
    let listen = node.map("listen")
    let host = listen.string("address", default: "127.0.0.1")
    let port = listen.int("port", default: 0, in: 0...65_535)
    // An IPv6 address holds colons of its own.
    server = ServerOptions(address: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    server.shutdownGrace = .seconds(listen.int("shutdown_grace_seconds", default: 10, in: 0...3600))
    isForThisHost = TLSSettings.isThisHost(host)
    tls = TLSSettings(node, host: host, takesCalls: takesCalls, callsOthers: callsOthers)
    if takesCalls { Self.readCalls(listen, into: &server, connectionGrace: connectionGrace) }

    let log = node.map("log")
    logThreshold = LogThreshold(LogThreshold.level(in: log), source: node.source)
    logFormat = log.choice("format", default: isatty(STDERR_FILENO) == 1 ? .text : .json)
    monitoring = MonitoringSettings(node)
    tracing = TracingSettings(node)
  }

  private static func readCalls(
    _ listen: ConfigurationNode, into server: inout ServerOptions, connectionGrace: Int
  ) {
    server.maxConcurrentCalls = listen.int("max_concurrent_calls", default: 1000, in: 1...1_000_000)
    server.maxReceivedMessageBytes = listen.int("max_message_bytes", default: 64 << 20, in: 1024...(1 << 30))
    server.messageMemoryBytes = server.maxReceivedMessageBytes * 4
    let age = listen.int("max_connection_age_seconds", default: 300, in: 0...86_400)
    server.maxConnectionAge = age == 0 ? nil : .seconds(age)
    server.maxConnectionAgeGrace = .seconds(
      listen.int("max_connection_age_grace_seconds", default: connectionGrace, in: 0...604_800))
    server.drainTime = .milliseconds(listen.int("drain_milliseconds", default: 500, in: 0...60_000))
  }
}

extension ConfigurationNode {
  /// Milliseconds under a key as a duration.
  package func milliseconds(_ key: String, default value: Int) -> Duration {
    .milliseconds(int(key, default: value, in: 1...86_400_000))
  }

  /// A number of threads under a key; 0 means as many as there are cores.
  package func threads(_ key: String) -> Int {
    let count = int(key, default: 0, in: 0...1024)
    return count == 0 ? Machine.coreCount : count
  }
}
