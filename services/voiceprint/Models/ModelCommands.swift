internal import ArgumentParser

/// The commands that need no server: they read files and run a network in this process.
enum ModelCommands {
  static let all: [any ParsableCommand.Type] = [
    ImportModelCommand.self, EmbedCommand.self, EvalCommand.self, ModelSummaryCommand.self,
    AverageModelsCommand.self, CentreModelCommand.self,
  ]
}
