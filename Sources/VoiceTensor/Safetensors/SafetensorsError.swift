/// Why a file is not what the safetensors format allows, or cannot be read or written.
package struct SafetensorsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: Sendable, Hashable {
    /// The file cannot be read or written.
    case inaccessible
    /// The bytes are no safetensors file.
    case malformed
    /// A number type that this reader does not know.
    case unsupported
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
