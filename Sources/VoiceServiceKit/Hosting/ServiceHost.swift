internal import CoreMetrics
internal import Glibc
package import Logging
internal import ServiceLifecycle
internal import UnixSignals
package import VoiceRPC

/// Runs a service: its server with health and reflection, its background work, and a gentle end on SIGTERM or SIGINT.
package struct ServiceHost: Sendable {
  private let settings: ServiceSettings
  private let log: Logger

  /// A host for a service of these settings.
  package init(settings: ServiceSettings, log: Logger) {
    self.settings = settings
    self.log = log
  }

  /// Makes all loggers of this process, those of libraries too, write lines of the service at the level and in the
  /// format of its settings, and gives one; what is counted in this process goes to `MetricsRegistry.shared`. Once a
  /// process.
  package static func makeLog(service: String, _ settings: ServiceSettings) -> Logger {
    LoggingSystem.bootstrap { label in
      var handler = LineLogHandler(service: service, threshold: settings.logThreshold, format: settings.logFormat)
      if label != service { handler.metadata["logger"] = "\(label)" }
      return handler
    }
    MetricsSystem.bootstrap(MetricsRegistry.shared)
    ProcessMetrics.register(in: .shared, service: service)
    return Logger(label: service)
  }

  /// Serves until a signal ends it, prints `LISTENING <port>` on standard output when calls are taken, and returns when
  /// every call and all background work is over.
  ///
  /// `access` decides which calls come in, and `callers` says whose word is taken for who calls. `background` runs
  /// beside the server and is cancelled when the server is down; it may then take `patience` to end.
  /// Throws `ServiceExit`: `unavailable` when the address is not to be had, `failed` when the background work throws.
  package func run(
    services: [any RPCService], callers: CallerSource = .metadata, health: HealthService = HealthService(),
    access: [any ServerInterceptor] = [],
    patience: Duration = .seconds(5), background: @escaping @Sendable () async throws -> Void = {}
  ) async throws {
    GRPCRuntime.keepFreedMemory()
    if settings.tls.isPlainBeyondThisHost {
      log.warning("takes calls of other machines in plain text", metadata: ["address": "\(settings.server.address)"])
    }
    let callers = believed(callers)
    var names = Router()
    for service in services { names.add(service) }
    for name in names.services where health.status(of: name) == nil { health.set(.serving, for: name) }
    let tracing = try TracingHost.start(settings.tracing, service: log.label, log: log)
    var interceptors: [any ServerInterceptor] = [
      CallInterceptor(log: log, metrics: CallMetrics(.server), tracer: tracing.tracer, callers: callers)
    ]
    if settings.tls.knowsCallers {
      interceptors.append(CertificateInterceptor(trustDomain: settings.tls.trustDomain))
    }
    var options = settings.server
    options.tls = try settings.tls.serverOptions()
    let server = Server(
      options: options, services: services + [health, ReflectionService(on: services + [health])],
      interceptors: interceptors + access, logger: log)
    MetricsRegistry.shared.collect("server") { $0.add("voiceprint_rpc_server_refused_total", server.refusedCalls) }
    let monitoring = try Monitoring.start(settings.monitoring, log: log)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(
          service: BackgroundService(work: background, log: log), successTerminationBehavior: .ignore,
          failureTerminationBehavior: .gracefullyShutdownGroup),
        .init(service: LogLevelService(threshold: settings.logThreshold, log: log)),
        .init(service: ServerService(server: server, settings: settings.server, log: log)),
      ], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    // The server bounds its own end; what is still busy after that is cancelled.
    configuration.maximumGracefulShutdownDuration =
      settings.server.drainTime + settings.server.shutdownGrace + patience
    let result: Result<Void, any Error>
    do { result = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
      result = .failure(error)
    }
    await tracing.stop()
    await monitoring.stop()
    try result.get()
  }

  /// Whom the service believes who calls: with certificates only those services whose business it is to ask.
  private func believed(_ source: CallerSource) -> CallerSource {
    guard case .metadata = source else { return source }
    if settings.tls.knowsCallers { return .askingServices(trustDomain: settings.tls.trustDomain) }
    log.log(
      level: settings.isForThisHost ? .notice : .warning,
      "believes whoever reaches it who calls, for the audit log: tls.client_ca is not set")
    return source
  }
}

/// The server as the lifecycle sees it.
private struct ServerService: Service {
  let server: Server
  let settings: ServerOptions
  let log: Logger

  func run() async throws {
    let port: Int
    do { port = try server.start() } catch {
      log.critical("cannot listen", metadata: ["address": "\(settings.address)", "error": "\(error)"])
      throw ServiceExit.unavailable
    }
    let line = Array("LISTENING \(port)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
    log.notice("listening", metadata: ["port": "\(port)"])
    try await withGracefulShutdownHandler {
      try await server.run()
    } onGracefulShutdown: {
      log.notice("draining")
      server.beginGracefulShutdown()
    }
    log.notice("ended")
  }
}

/// Background work as the lifecycle sees it: it ends when the group does, after the server.
private struct BackgroundService: Service {
  let work: @Sendable () async throws -> Void
  let log: Logger

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await work() }
      // Work that is over waits for the end: a service that ends while another is shut down counts as failed.
      try await gracefulShutdown()
    } catch is CancellationError {
      // Cancelled as it should be at the end.
    } catch {
      log.critical("the background work failed", metadata: ["error": "\(error)"])
      throw ServiceExit.failed
    }
  }
}
