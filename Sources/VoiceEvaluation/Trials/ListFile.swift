internal import FoundationEssentials

/// The lines of a list file, each with its number, split at tabs.
struct ListFile {
  let path: String
  let lines: [(number: Int, columns: [String])]

  init(path: String) throws(EvaluationError) {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw EvaluationError(.badList, "\(path) cannot be read: \(error)")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
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

  func wrong(_ line: Int, _ message: String) -> EvaluationError {
    EvaluationError(.badList, "\(path):\(line): \(message)")
  }
}
