internal import ArgumentParser

/// The commands that run a local cluster or talk to one.
enum ClusterCommands {
  static let all: [any ParsableCommand.Type] = []
}
