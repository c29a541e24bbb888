/// Why an evaluation has no answer; always the fault of what it was given.
package struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of fault.
  package enum Code: Sendable, Hashable {
    /// A list cannot be read or has a wrong line.
    case badList
    /// Trials of one kind only: an error rate needs targets and impostors.
    case oneClass
    /// A score or an embedding that is no number, or an embedding without direction.
    case badValue
    /// A prior or a cost outside its range.
    case badArgument
  }

  /// The kind of fault.
  package var code: Code
  /// What is wrong and where, and what would be right.
  package var message: String

  package var description: String { message }

  /// An error with its reason.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
