/// Why a network could not be built or run; always the fault of what it was given.
package struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of fault.
  package enum Code: Sendable, Equatable {
    /// An architecture, argument or size that no network has.
    case badConfiguration
    /// Parameters that do not fit the network.
    case badParameters
    /// Features that the network cannot read.
    case badFeatures
  }

  /// The kind of fault.
  package let code: Code
  /// What is wrong, where, and what would be right.
  package let message: String

  /// The arguments of a network that are at fault, by their names in the configuration.
  package let arguments: [String]

  /// An error with its reason.
  package init(_ code: Code, _ message: String, arguments: [String] = []) {
    self.code = code
    self.message = message
    self.arguments = arguments
  }

  package var description: String { message }
}
