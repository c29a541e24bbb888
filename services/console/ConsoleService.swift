internal import Glibc
internal import Hummingbird
internal import HummingbirdTLS
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals
internal import VoiceServiceKit

/// The server of the page and of the interface.
struct ConsoleService: Service {
  private let application: Application<RouterResponder<ConsoleContext>>
  private let monitoring: MonitoringSettings
  private let tracing: TracingHost
  private let tls: ServerTLS?
  private let threshold: LogThreshold
  private let log: Logger

  init(
    _ configuration: ConsoleConfiguration, page: StaticFiles, gate: LoginGate, tls: ServerTLS?, tracing: TracingHost,
    log: Logger, add: (Routes) -> Void
  ) throws {
    (self.tracing, self.tls, self.log) = (tracing, tls, log)
    monitoring = configuration.settings.monitoring
    threshold = configuration.settings.logThreshold
    let router = Router(context: ConsoleContext.self)
    router.add(middleware: AnswerHeaders(log: log, tracer: tracing.tracer, hasTLS: tls != nil))
    router.get("healthz") { _, _ in "ok\n" }
    router.add(middleware: ForgeryGuard(hostNames: configuration.hostNames))
    for method in [HTTPRequest.Method.get, .head] {
      for path: RouterPath in ["", "index.html", "assets/**"] {
        router.on(path, method: method) { request, _ in try page.answer(request) }
      }
    }
    let limits = configuration.limits
    add(
      Routes(
        router.group("api/v1"), Bodies(maximum: limits.bodyBytes, allMaximum: limits.allBodiesBytes), gate))
    var quiet = log
    quiet.logLevel = max(log.logLevel, .notice)
    let idle = limits.idle.components.seconds
    application = Application(
      router: router, server: try tls.map {
        try .tls(.http1(configuration: .init(idleTimeout: .seconds(idle))), tlsConfiguration: $0.configuration)
      } ?? .http1(configuration: .init(idleTimeout: .seconds(idle))),
      configuration: .init(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? configuration.port
        let line = Array("LISTENING \(port)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
        log.notice("listening", metadata: ["port": "\(port)"])
      }, logger: quiet)
  }

  /// Serves until the console is to end and every request is answered. Throws `ServiceExit`.
  func run() async throws {
    do { try await application.run() } catch {
      log.critical("cannot listen", metadata: ["error": "\(error)"])
      throw ServiceExit.unavailable
    }
    log.notice("ended")
  }

  /// Runs it beside the live streams until a signal ends both.
  func run(beside streams: LiveStreams, grace: Duration) async throws {
    let levels = LogLevelService(threshold: threshold, log: log)
    var services: [any Service] = [streams, levels, self]
    if let tls { services.append(tls) }
    var configuration = ServiceGroupConfiguration(
      services: services.map { .init(service: $0) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    // What is still busy after that is cancelled.
    configuration.maximumGracefulShutdownDuration = grace
    let metrics = try Monitoring.start(monitoring, log: log)
    let result: Result<Void, any Error>
    do { result = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
      result = .failure(error)
    }
    await tracing.stop()
    await metrics.stop()
    try result.get()
  }
}
