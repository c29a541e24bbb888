internal import ArgumentParser

/// The commands that prepare and run a training.
enum TrainingCommands {
  static let all: [any ParsableCommand.Type] = [
    CreateDataCommand.self, ExtractFeaturesCommand.self, TrainCommand.self, BenchmarkCommand.self,
    DatasetCommand.self, JobsCommand.self,
  ]
}
