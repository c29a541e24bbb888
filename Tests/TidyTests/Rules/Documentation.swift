extension Rule {
  /// Names that a protocol documents already.
  private static let documentedElsewhere = [
    "var description", "var debugDescription", "func ==", "func <", "func hash(into", "func encode(to", "init(from ",
    "init(arrayLiteral", "init(stringLiteral", "init(integerLiteral", "init(dictionaryLiteral", "func makeIterator",
    "func makeAsyncIterator", "func next(", "func enqueue(", "typealias ArrayLiteralElement",
  ]

  /// What other modules call is documented where it is declared.
  static let documentation = Rule(name: "Every package declaration has a doc comment") { file in
    guard file.isSwift, !file.isGenerated, file.isProduct || file.path.hasPrefix("Tests/TestSupport/") else {
      return []
    }
    return file.code.indices.compactMap { index in
      guard isShared(file.code[index]), !isDocumented(index, in: file) else { return nil }
      return Violation(path: file.path, line: index + 1, message: "needs a doc comment")
    }
  }

  private static func isShared(_ code: String) -> Bool {
    let words = code.split(separator: " ")
    guard let level = words.first(where: { !$0.hasPrefix("@") }), level == "package" || level == "public" else {
      return false
    }
    return !words.contains("import") && !words.contains("extension")
      && !documentedElsewhere.contains { code.contains($0) }
  }

  /// Whether the lines above, attributes aside, end with a doc comment.
  private static func isDocumented(_ index: Int, in file: SourceFile) -> Bool {
    var above = index - 1
    while above >= 0 {
      let line = file.lines[above].drop { $0 == " " }
      if line.hasPrefix("///") || line.hasSuffix("*/") { return true }
      guard line.hasPrefix("@") else { return false }
      above -= 1
    }
    return false
  }

  /// The wire protocol is read by people who have nothing else.
  static let protoComments = Rule(name: "Every message, field and call of our protos has a comment") { file in
    guard file.path.hasPrefix("Protos/voiceprint/") else { return [] }
    return file.code.indices.compactMap { index in
      let code = file.code[index].drop { $0 == " " }
      guard !code.isEmpty, code.first != "}", code.first != ")", !isPreamble(code) else { return nil }
      let above = index > 0 ? file.lines[index - 1].drop { $0 == " " } : ""
      if above.hasPrefix("//") || file.lines[index].contains("//") { return nil }
      return Violation(path: file.path, line: index + 1, message: "'\(code)' needs a comment")
    }
  }

  private static func isPreamble(_ code: Substring) -> Bool {
    ["syntax", "package", "import", "option", "reserved"].contains { code.hasPrefix($0 + " ") }
  }
}
