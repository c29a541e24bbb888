extension Rule {
  /// Lines fit beside each other on a screen.
  static let lineLength = perLine("A line has at most 120 columns", { !$0.isGenerated && !$0.path.hasSuffix(".md") }) {
    line, _, _ in
    line.count > 120 ? "has \(line.count) columns, at most 120" : nil
  }

  /// No tabs, nothing behind a line's end.
  static let whitespace = perLine("No tabs, no spaces at a line's end", { !$0.isGenerated }) { line, _, _ in
    if line.contains("\t") { return "holds a tab" }
    return line.last == " " ? "ends with a space" : nil
  }

  /// A file is one concept. The description of an interface is one document by its format, however long.
  static let fileLength = Rule(name: "A file has at most 500 lines") { file in
    let isDocument = file.path.hasSuffix(".md") || file.path.hasSuffix("/openapi.yaml")
    guard !file.isGenerated, !isDocument, file.lines.count > 501 else { return [] }
    return [Violation(path: file.path, line: 501, message: "has \(file.lines.count - 1) lines, at most 500")]
  }

  /// A function can be read at once.
  static let functionLength = Rule(name: "A function has at most 70 lines") { file in
    guard !file.isGenerated, file.isSwift || file.isC else { return [] }
    return functions(in: file).filter { $0.lines.count > 70 }.map { function in
      Violation(
        path: file.path, line: function.lines.lowerBound + 1,
        message: "'\(function.name)' has \(function.lines.count) lines, at most 70")
    }
  }
}

/// A function and its lines, from the line of its name to its last brace.
private struct Function {
  let name: String
  let lines: ClosedRange<Int>
}

/// The functions of a file, by their braces.
private func functions(in file: SourceFile) -> [Function] {
  var found: [Function] = []
  var open: [(name: String, begin: Int)?] = []
  var pending: (name: String, begin: Int)?
  for (index, line) in file.code.enumerated() {
    if let name = file.isSwift ? swiftFunction(line) : cFunction(line, depth: open.count) { pending = (name, index) }
    for character in line {
      if character == "{" {
        open.append(pending)
        pending = nil
      } else if character == "}" {
        pending = nil  // a requirement of a protocol has no braces
        guard let closed = open.popLast(), let function = closed else { continue }
        found.append(Function(name: function.name, lines: function.begin...index))
      }
    }
  }
  return found
}

/// The name of the Swift function that a line begins to declare.
private func swiftFunction(_ line: String) -> String? {
  let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" })
  if let place = words.firstIndex(of: "func") {
    return place + 1 < words.count ? String(words[place + 1]) : "operator"
  }
  let trimmed = line.drop { $0 == " " }
  for start in ["init(", "init?(", "init<", "deinit", "package init", "private init", "fileprivate init"] {
    if trimmed.hasPrefix(start) { return "init" }
  }
  return nil
}

/// The name of the C function that a line at the top level begins to define.
private func cFunction(_ line: String, depth: Int) -> String? {
  guard depth == 0, line.first?.isLetter == true, !line.hasSuffix(";"), let parenthesis = line.firstIndex(of: "(")
  else { return nil }
  return line[..<parenthesis].split(separator: " ").last.map(String.init)
}
