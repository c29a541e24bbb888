internal import VoiceConfiguration
internal import VoiceEvaluation
internal import VoiceRecognition

/// What a command says before it ends with a status other than 0.
struct CommandError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }

  init(_ message: String) { self.message = message }

  /// An error of a library in the words that it has for people, after `context`.
  init(_ error: any Error, context: String? = nil) {
    let message = (error as? RecognitionError)?.message ?? "\(error)"
    self.init(context.map { "\($0): \(message)" } ?? message)
  }
}

/// Runs a command's work so that any error reaches the terminal in words for people.
func reporting<Result>(_ work: () async throws -> Result) async throws -> Result {
  do { return try await work() } catch let error as CommandError { throw error } catch { throw CommandError(error) }
}
