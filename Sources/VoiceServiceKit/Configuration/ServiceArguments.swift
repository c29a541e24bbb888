package import ArgumentParser
internal import FoundationEssentials
internal import Glibc
package import VoiceConfiguration

/// The command line of every service.
package struct ServiceArguments: ParsableArguments {
  /// Path of the configuration.
  @Option(name: [.customLong("config"), .customLong("configs")], help: "The service's YAML file.")
  package var config: String?

  /// Values that go before the file's.
  @Option(name: .customLong("set"), help: "A value that goes before the file's: key.path=value. May be repeated.")
  package var settings: [String] = []

  /// Whether to check the configuration only.
  @Flag(name: .customLong("check-config"), help: "Check the configuration, say what is wrong with it, and end.")
  package var checksConfiguration = false

  /// Whether to name the keys only.
  @Flag(name: .customLong("list-keys"), help: "Print every key of the configuration, and end.")
  package var listsKeys = false

  /// The command line without arguments.
  /// Arguments that the command line fills in.
  package init() {}

  /// Reads the configuration with the settings and the environment (`VOICEPRINT_<SERVICE>_<KEY>`) before it.
  ///
  /// `read` reads every key of the service. What is wrong goes to standard error, all of it; then
  /// `ServiceExit.configuration` is thrown. With `--list-keys` the keys are printed, and `ExitCode.success` is thrown.
  package func load<Configuration>(
    service: String, _ read: (ConfigurationNode) -> Configuration
  ) throws -> Configuration {
    if listsKeys {
      let node = try ConfigurationNode.parse("", file: "configuration")
      _ = read(node)
      let text = Array(node.askedFor.map { $0 + "\n" }.joined().utf8)
      _ = write(STDOUT_FILENO, text, text.count)
      throw ExitCode.success
    }
    do { return try loadStrictly(service: service, ProcessInfo.processInfo.environment, read) } catch {
      let text = Array("\(error)\n".utf8)
      _ = write(STDERR_FILENO, text, text.count)
      throw ServiceExit.configuration
    }
  }

  func loadStrictly<Configuration>(
    service: String, _ environment: [String: String], _ read: (ConfigurationNode) -> Configuration
  ) throws(ConfigurationError) -> Configuration {
    let overrides = ConfigurationOverrides(
      settings: try ConfigurationOverrides.settings(of: settings), environment: environment,
      prefix: "VOICEPRINT_\(service.uppercased())")
    let node =
      if let config { try ConfigurationNode.load(file: config, overrides: overrides) } else {
        try ConfigurationNode.parse("", file: "configuration", overrides: overrides)
      }
    let configuration = read(node)
    try node.finish()
    return configuration
  }
}
