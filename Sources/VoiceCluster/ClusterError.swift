/// Why something of a local cluster could not be started, asked or stopped.
package struct ClusterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  package enum Code: Sendable, Hashable {
    /// A program, package, user or file that is needed is not there.
    case missing
    /// A folder cannot be used: not reachable, not writable, or its path too long for a socket.
    case badFolder
    /// A process ended, or said nothing, before it was ready.
    case notReady
    /// A cluster runs already, or none does.
    case wrongState
    /// The operating system refused.
    case system
  }

  /// What kind of trouble it is.
  package let code: Code
  /// What happened and what to do about it, for people.
  package let message: String

  /// An error of its parts.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
