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
    let streams = LiveStreams(gateway: upstreams.gateway, limits: configuration.limits)
    let resources = Resources(
      upstreams: upstreams, streams: streams, description: description, eventTime: configuration.limits.streamTime)
    let tracing = try TracingHost.start(configuration.settings.tracing, service: log.label, log: log)
    try await ConsoleService(configuration, page: page, tracing: tracing, log: log, add: resources.add(to:))
      .run(beside: streams, grace: configuration.grace)
  }
}
