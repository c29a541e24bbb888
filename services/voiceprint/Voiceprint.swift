internal import ArgumentParser

/// The root of the command line; each folder beside this file lists its own commands.
struct Voiceprint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "voiceprint",
    abstract: "Recognises people by their voices: networks, a local cluster and its clients.",
    subcommands: ModelCommands.all + TrainingCommands.all + ClusterCommands.all + StorageCommands.all)
}
