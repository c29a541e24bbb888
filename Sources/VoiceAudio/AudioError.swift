/// Why audio, or what was asked to be done with it, cannot be used; the message says what to do.
package struct AudioError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// There are no bytes, or no samples.
    case empty
    /// The bytes are no audio file that libsndfile reads.
    case notAudio
    /// More bytes than the limit.
    case tooLarge
    /// More seconds than the limit.
    case tooLong
    /// Fewer seconds than the limit.
    case tooShort
    /// More channels than the limit, or none.
    case badChannels
    /// A sample rate that no audio has.
    case badSampleRate
    /// Nothing but digital silence.
    case silent
    /// A sample is NaN, infinite, or too large to compute with.
    case notFinite
    /// An argument of an operation or front-end is wrong.
    case badArgument
  }

  /// The kind of failure.
  package var code: Code
  /// What is wrong and what to do.
  package var message: String
  /// The arguments of a front-end that are at fault, by their names in the configuration.
  package var arguments: [String]

  /// An error of a kind.
  package init(_ code: Code, _ message: String, arguments: [String] = []) {
    self.code = code
    self.message = message
    self.arguments = arguments
  }

  package var description: String { message }
}
