/// Why a checkpoint cannot be read.
package struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Hashable {
    /// The file cannot be opened.
    case inaccessible
    /// The bytes are damaged or no checkpoint at all.
    case malformed
    /// The file asks for what this reader never does: run code, unpack, unknown number types.
    case refused
    /// A bound of this reader is exceeded.
    case tooLarge
  }

  /// The kind of failure.
  package var code: Code
  /// What is wrong and where.
  package var message: String

  package var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
