internal import ArgumentParser
internal import VoiceConfiguration

/// `--configs`, and its other spelling.
struct ConfigsOption: ParsableArguments {
  @Option(
    name: [.customLong("configs"), .customLong("config")],
    help: ArgumentHelp("The network's experiment file, as configs/cam++.yml.", valueName: "C.yml"))
  var file: String?

  /// The experiment, nil when no file is named. Throws `ConfigurationError`.
  func load() throws -> ExperimentConfiguration? { try file.map { try ExperimentConfiguration.load(file: $0) } }
}
