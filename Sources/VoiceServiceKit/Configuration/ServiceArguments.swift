package import ArgumentParser
internal import FoundationEssentials
package import VoiceConfiguration

/// The command line of every service.
package struct ServiceArguments: ParsableArguments {
  @Option(name: [.customLong("config"), .customLong("configs")], help: "The service's YAML file; without one its defaults hold.")
  package var config: String?

  @Option(name: .customLong("set"), help: "A value that goes before the file's: key.path=value. May be repeated.")
  package var settings: [String] = []

  @Flag(name: .customLong("check-config"), help: "Check the configuration, say what is wrong with it, and end.")
  package var checksConfiguration = false

  package init() {}

  /// Reads the configuration with the settings and the environment (`VOICEPRINT_<SERVICE>_<KEY>`) before it.
  ///
  /// `read` reads every key of the service. Throws `ConfigurationError` with all problems at once.
  package func load<Configuration>(
    service: String, _ read: (ConfigurationNode) throws -> Configuration
  ) throws -> Configuration {
    let overrides = ConfigurationOverrides(
      settings: try ConfigurationOverrides.settings(of: settings), environment: ProcessInfo.processInfo.environment,
      prefix: "VOICEPRINT_\(service.uppercased())")
    let node = try config.map { try ConfigurationNode.load(file: $0, overrides: overrides) }
      ?? ConfigurationNode.parse("", file: "configuration", overrides: overrides)
    let configuration = try read(node)
    try node.finish()
    return configuration
  }
}
