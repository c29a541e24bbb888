internal import ArgumentParser
internal import VoiceConfiguration
internal import VoiceTraining

/// `--configs` where a command cannot do without, and its other spelling.
struct ExperimentOption: ParsableArguments {
  @Option(
    name: [.customLong("configs"), .customLong("config")],
    help: ArgumentHelp("The experiment, as configs/cam++.yml.", valueName: "C.yml"))
  var file: String

  /// The experiment. Throws `ConfigurationError` with all its problems.
  func load() throws -> ExperimentConfiguration { try ExperimentConfiguration.loadChecked(file: file) }
}

/// `--configs` where the checkpoint may tell by itself, and its other spelling.
struct ConfigsOption: ParsableArguments {
  @Option(
    name: [.customLong("configs"), .customLong("config")],
    help: ArgumentHelp("The network's experiment file, as configs/cam++.yml.", valueName: "C.yml"))
  var file: String?

  /// The experiment, nil when no file is named. Throws `ConfigurationError`.
  func load() throws -> ExperimentConfiguration? { try file.map { try ExperimentConfiguration.loadChecked(file: $0) } }
}
