internal import VoiceConfiguration
internal import VoiceRPC
internal import VoiceServiceKit

/// What the console can be told (configs/services/console.yaml).
struct ConsoleConfiguration: Sendable {
  let settings: ServiceSettings
  let host: String
  let port: Int
  /// How long requests may take to end when the console does.
  let grace: Duration
  /// Names that the console is called by, beside addresses and localhost.
  let hostNames: Set<String>
  /// The folder of the page; nil for the one that belongs to the program.
  let webRoot: String?
  /// nil for plain text.
  let certificates: CertificateFiles?
  /// Whether others than this host's processes reach the console in plain text.
  let isPlainBeyondThisHost: Bool
  let login: LoginSettings
  let upstreams: Targets
  let limits: Limits

  /// The services that are called.
  struct Targets: Sendable {
    let gateway: String
    /// The file of the key that is shown to the gateway; nil for none.
    let gatewayKeyFile: String?
    let registry: String
    /// nil where there is none.
    let trainer: String?
    /// nil where the replicas shall not be asked.
    let embedding: String?
    let timeout: Duration
  }

  /// What one caller, and all together, may take.
  struct Limits: Sendable {
    /// The largest body of a request.
    let bodyBytes: Int
    /// What the bodies of all requests that are being answered may take.
    let allBodiesBytes: Int
    let connections: Int
    /// How long a connection may be silent between requests or within one.
    let idle: Duration
    let streams: Int
    /// Audio of a live stream that waits for the gateway.
    let streamBacklogSeconds: Int
    /// How long a live stream may be without audio, or without a reader.
    let streamIdle: Duration
    /// The longest that a live stream, or a stream of events, may take.
    let streamTime: Duration
  }

  init(_ node: ConfigurationNode) {
    settings = ServiceSettings(node, takesCalls: false)
    grace = settings.server.shutdownGrace
    let listen = node.map("listen")
    host = listen.string("address", default: "127.0.0.1")
    port = listen.int("port", default: 0, in: 0...65_535)
    hostNames = Set(listen.strings("host_names").map { $0.lowercased() })
    webRoot = node.optionalString("web_root")
    let tls = node.map("tls")
    certificates = Self.certificates(tls)
    isPlainBeyondThisHost = certificates == nil && !settings.isForThisHost
    if !tls.bool("allow_plaintext", default: false), isPlainBeyondThisHost {
      listen.report(
        "address", "is reached from other machines, in plain text: set tls.certificate (deploy/make-certs.sh makes "
          + "one), or tls.allow_plaintext=true where something else protects the network")
    }
    login = LoginSettings(node, isForThisHost: settings.isForThisHost)
    let targets = node.map("upstreams")
    upstreams = Targets(
      gateway: targets.string("gateway"), gatewayKeyFile: targets.optionalString("gateway_key_file"),
      registry: targets.string("registry"),
      trainer: targets.optionalString("trainer"), embedding: targets.optionalString("embedding"),
      timeout: targets.milliseconds("timeout_milliseconds", default: 60_000))
    if login.isRequired, upstreams.gatewayKeyFile != nil {
      targets.report(
        "gateway_key_file", "is of no use where people sign in with keys of their own: set login.required=false to let "
          + "whoever reaches the console do what this one is good for")
    }
    limits = Self.limits(node.map("limits"))
  }

  private static func certificates(_ keys: ConfigurationNode) -> CertificateFiles? {
    let (certificate, key) = (keys.optionalString("certificate"), keys.optionalString("private_key"))
    let seconds = keys.int("reload_seconds", default: 10, in: 1...86_400)
    guard let certificate else {
      if key != nil { keys.report("certificate", "is missing: private_key is of no use without it") }
      return nil
    }
    return CertificateFiles(certificate: certificate, privateKey: key ?? certificate, reload: .seconds(seconds))
  }

  private static func limits(_ keys: ConfigurationNode) -> Limits {
    let limits = Limits(
      bodyBytes: keys.int("max_body_bytes", default: 64 << 20, in: 1024...(1 << 30)),
      allBodiesBytes: keys.int("max_all_bodies_bytes", default: 512 << 20, in: 1024...(1 << 36)),
      connections: keys.int("max_connections", default: 1000, in: 1...1_000_000),
      idle: .seconds(keys.int("idle_seconds", default: 60, in: 1...3600)),
      streams: keys.int("max_streams", default: 64, in: 0...100_000),
      streamBacklogSeconds: keys.int("max_stream_backlog_seconds", default: 10, in: 1...60),
      streamIdle: .seconds(keys.int("stream_idle_seconds", default: 60, in: 1...3600)),
      streamTime: .seconds(keys.int("max_stream_seconds", default: 3600, in: 1...86_400)))
    if limits.allBodiesBytes < limits.bodyBytes {
      keys.report("max_all_bodies_bytes", "is less than max_body_bytes: no request of that length could be answered")
    }
    return limits
  }
}
