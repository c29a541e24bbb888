internal import ArgumentParser
internal import Glibc
internal import Logging
internal import VoiceRPC
internal import VoiceServiceKit

/// The web console of a Voiceprint cluster: its page, and an interface of HTTP and JSON to all that the cluster does.
@main
struct Console: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint-console",
    abstract: "The web console of a Voiceprint cluster.",
    discussion: "Prints LISTENING <port> when it takes requests; ends gently on SIGTERM.")

  @OptionGroup var arguments: ServiceArguments

  func run() async throws {
    let configuration = try arguments.load(service: "console") { ConsoleConfiguration($0) }
    if arguments.checksConfiguration { return }
    let log = ServiceHost.makeLog(service: "console", configuration.settings)
    GRPCRuntime.keepFreedMemory()
    let page: StaticFiles
    let description: StaticFiles.File
    do { (page, description) = try StaticFiles.find(configuration.webRoot) } catch {
      let text = Array("\(error)\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      throw ServiceExit.configuration
    }
    let upstreams = try ConsoleUpstreams(
      configuration.upstreams, security: configuration.settings.tls.upstreams)
    let tls = try configuration.certificates.map { try ServerTLS($0, log: log) }
    let gate = LoginGate(sessions: try sessions(configuration, upstreams, log), hasTLS: tls != nil)
    let streams = LiveStreams(gateway: { upstreams.gateway }, limits: configuration.limits)
    let resources = Resources(
      upstreams: upstreams, streams: streams, gate: gate, description: description,
      eventTime: configuration.limits.streamTime)
    let tracing = try TracingHost.start(configuration.settings.tracing, service: log.label, log: log)
    try await ConsoleService(
      configuration, page: page, gate: gate, tls: tls, tracing: tracing, log: log, add: resources.add(to:)
    ).run(beside: streams, grace: configuration.grace)
  }

  /// Who is signed in; nil where nobody signs in. Says so where that is dangerous, and throws
  /// `ServiceExit.configuration` where keys could be read on their way to the gateway.
  private func sessions(
    _ configuration: ConsoleConfiguration, _ upstreams: ConsoleUpstreams, _ log: Logger
  ) throws -> Sessions? {
    if configuration.isPlainBeyondThisHost {
      log.warning("takes requests of other machines in plain text", metadata: ["address": "\(configuration.host)"])
    }
    let login = configuration.login
    if login.isOpenBeyondThisHost {
      log.warning("whoever reaches it can do all that it can: login.required is false")
    }
    guard login.isRequired else { return nil }
    guard !upstreams.gateway.isReadOnTheWay else {
      let text = Array(
        "login.required: everybody on the way to the gateway could read keys: set tls.upstream_ca\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      throw ServiceExit.configuration
    }
    return Sessions(login, check: upstreams.keyCheck, log: log)
  }
}
