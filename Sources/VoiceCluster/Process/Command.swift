/// A program to run and what it runs with. Its input is empty; its output and errors go to one log file.
package struct Command: Sendable, Hashable {
  /// Absolute path of the program.
  package var executable: String
  /// Its arguments, without the program's own name.
  package var arguments: [String]
  /// Its whole environment, or nil for this process's own.
  package var environment: [String: String]?
  /// File that its output and errors are appended to; made when missing.
  package var log: String

  /// A command of its parts.
  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, log: String
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.log = log
  }

  /// The command through `setpriv` (util-linux), which can give up root and tie a process to its parent's life.
  ///
  /// With `user` the program runs as that user, with their groups, in the root folder (ours may be closed to them).
  /// With `endingWithParent` the system interrupts it (SIGINT) when this process ends, however that happens.
  package func throughSetpriv(user: String? = nil, endingWithParent: Bool = false) throws(ClusterError) -> Command {
    var options: [String] = []
    if let user { options += ["--reuid=\(user)", "--regid=\(user)", "--init-groups"] }
    if endingWithParent { options += ["--pdeathsig=INT"] }
    if options.isEmpty { return self }
    guard let setpriv = Programs.find("setpriv") else {
      throw ClusterError(.missing, "setpriv is not installed; it is in Debian's package util-linux")
    }
    var command = self
    command.executable = setpriv
    command.arguments = options + ["--", executable] + arguments
    if user != nil {
      command.arguments = ["--chdir=/", setpriv] + command.arguments
      command.executable = "/usr/bin/env"
    }
    return command
  }
}
