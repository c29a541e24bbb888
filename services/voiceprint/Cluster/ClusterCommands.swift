internal import ArgumentParser

/// The commands that run a local cluster or talk to one.
enum ClusterCommands {
  static let all: [any ParsableCommand.Type] = [
    Up.self, Down.self, Status.self, HealthCommand.self, StartService.self, RestartService.self, PostgresCommand.self,
    Epochs.self, Contrast.self, Register.self, Recognize.self, Users.self, RemoveUser.self, Collections.self, Demo.self,
    LoadCommand.self,
  ]
}
