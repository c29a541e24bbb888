/// Where a configuration came from, so that a running program can read it again.
package struct ConfigurationSource: Sendable {
  /// Nil for a configuration without a file.
  let file: String?
  let settings: [String: String]
  let environment: [String: String]
  let prefix: String

  /// Reads it again: the file as it is now, with the settings of the command line and the environment of the start.
  ///
  /// Throws `unreadable` or `malformed`. Keys that nobody asks for are no error unless `finish` is called.
  package func read() throws(ConfigurationError) -> ConfigurationNode {
    let overrides = ConfigurationOverrides(settings: settings, environment: environment, prefix: prefix)
    guard let file else { return try ConfigurationNode.parse("", file: "configuration", overrides: overrides) }
    return try ConfigurationNode.load(file: file, overrides: overrides)
  }
}

extension ConfigurationNode {
  /// What the whole configuration was read from.
  package var source: ConfigurationSource {
    let overrides = list.overrides
    return ConfigurationSource(
      file: list.isFile ? list.file : nil, settings: overrides.settings, environment: overrides.environment,
      prefix: overrides.prefix)
  }

  /// Throws `ConfigurationError` with every problem noted until now, in the order of the file.
  package func check() throws(ConfigurationError) {
    guard !list.problems.isEmpty else { return }
    let sorted = list.problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
    throw ConfigurationError(code: .invalid, file: list.file, problems: sorted.map(\.element))
  }
}
