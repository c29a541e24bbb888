internal import VoiceTensor

/// The lines of a list file, each with its number, split at tabs.
package struct ListFile {
  /// Longest list that is read, in bytes.
  static let maximumBytes = 1 << 30

  /// Where it lies.
  package let path: String
  /// The lines that are not empty, numbered from 1.
  package let lines: [(number: Int, columns: [String])]

  /// Reads the file. Throws `badList` when it cannot be read or is not UTF-8.
  package init(path: String) throws(EvaluationError) {
    let bytes: [UInt8]
    do { bytes = try FileBytes.read(path, maximum: Self.maximumBytes) } catch {
      throw EvaluationError(.badList, error.message)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw EvaluationError(.badList, "\(path) is not UTF-8")
    }
    self.init(path: path, text: text)
  }

  /// Empty lines are left out; lines may end in CR LF.
  init(path: String, text: String) {
    self.path = path
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
      index, line in
      line.allSatisfy(\.isWhitespace)
        ? nil : (index + 1, line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
    }
  }

  /// An error of a line.
  package func wrong(_ line: Int, _ message: String) -> EvaluationError {
    EvaluationError(.badList, "\(path):\(line): \(message)")
  }
}
