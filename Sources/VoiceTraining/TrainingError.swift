/// Why a training, or what prepares one, cannot go on; the message says what to do.
package struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Hashable {
    /// A list cannot be read, has a wrong line, or does not fit the configuration.
    case badList
    /// Clips that cannot be used where usable ones are needed.
    case badClips
    /// An argument of a command, or of the configuration, that does not go with the data.
    case badArgument
    /// A checkpoint that is not what was asked for.
    case badCheckpoint
    /// A loss that is no number.
    case diverged
    /// A file that cannot be written.
    case unwritable
    /// Another process of the same training is gone, or cannot be reached.
    case lostRank
  }

  /// The kind of failure.
  package var code: Code
  /// What is wrong, where, and what to do.
  package var message: String

  /// An error with its reason.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
