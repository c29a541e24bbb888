/// Why a configuration cannot be used: every problem of the file at once, so that one edit mends it.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package enum Code: String, Sendable, Hashable {
    /// The file cannot be read.
    case unreadable
    /// The text is not YAML.
    case malformed
    /// The YAML is not what is asked for.
    case invalid
  }

  /// One thing that is wrong.
  package struct Problem: Sendable, Hashable {
    /// Line in the file, from 1.
    package var line: Int
    /// Path of the key, e.g. `dataset_conf.eval_conf.max_duration`.
    package var key: String
    /// What is wrong with it.
    package var message: String
  }

  /// The kind of failure.
  package var code: Code
  /// The file, or what stands for it.
  package var file: String
  /// The problems in the order of the file; at least one.
  package var problems: [Problem]

  /// One line a problem: file, line, key, what is wrong.
  package var message: String {
    problems.map { problem in
      let key = problem.key.isEmpty ? "" : "\(problem.key): "
      return "\(file):\(problem.line): \(key)\(problem.message)"
    }.joined(separator: "\n")
  }
  package var description: String { message }
}

/// Collects the problems of one file while its nodes are read.
final class ProblemList {
  let file: String
  /// Whether `file` names one, and not something else that was read.
  let isFile: Bool
  private(set) var problems: [ConfigurationError.Problem] = []

  /// Values from elsewhere that go before the file's.
  let overrides: ConfigurationOverrides

  init(file: String, isFile: Bool, overrides: ConfigurationOverrides) {
    (self.file, self.isFile) = (file, isFile)
    self.overrides = overrides
  }

  func add(line: Int, key: String, _ message: String) {
    problems.append(.init(line: line, key: key, message: message))
  }
}
