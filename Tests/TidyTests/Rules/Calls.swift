extension Rule {
  /// What libraries never do: they throw, and their callers talk to people.
  static let bannedCalls = perLine(
    "No try!, fatalError or print in a library",
    { $0.isSwift && $0.isProduct && !$0.isGenerated && $0.module != "voiceprint" && !$0.path.contains("/Example/") }
  ) { _, code, _ in
    let banned = ["try!": "throw", "fatalError": "throw, or a precondition that says what the caller did wrong"]
    for (call, instead) in banned where containsWord(call, in: code) { return "\(call): \(instead)" }
    for call in ["print", "debugPrint", "dump"] where containsWord(call, in: code, before: "(") {
      return "\(call)(: log it, or give it to the caller"
    }
    return nil
  }

  /// Switching the compiler's check off needs a reason.
  static let uncheckedSendable = Rule(name: "@unchecked Sendable gives its reason") { file in
    guard file.isSwift, !file.isGenerated else { return [] }
    return file.code.indices.compactMap { index in
      guard file.code[index].contains("@unchecked Sendable") || file.code[index].contains("nonisolated(unsafe)") else {
        return nil
      }
      let above = index > 0 ? file.lines[index - 1].drop { $0 == " " } : ""
      if file.lines[index].contains("//") || above.hasPrefix("//") { return nil }
      return Violation(path: file.path, line: index + 1, message: "needs a comment: why it is safe")
    }
  }

  /// Work that is not done is an issue, not a comment.
  static let unfinished = perLine(
    "No unfinished work", { !$0.isGenerated && !$0.path.hasPrefix("Tests/TidyTests/") }
  ) { line, _, _ in
    for word in ["TODO", "FIXME", "XXX", "HACK"] where containsWord(word, in: line) { return "says \(word)" }
    let lowercased = line.lowercased()
    let unfinished = ["to be written", "not yet implemented", "placeholder", "for now,"]
    for phrase in unfinished where lowercased.contains(phrase) {
      return "says '\(phrase)'"
    }
    return nil
  }

  /// What works on one person's machine only.
  static let localPaths = perLine(
    "No path of somebody's home or work folder", { !$0.isGenerated && !$0.path.hasPrefix("Tests/TidyTests/") }
  ) { line, _, _ in
    for folder in ["/home/", "/root/", "/Users/", "/work/"] where line.contains(folder) { return "names \(folder)" }
    return nil
  }
}

/// Whether `word` stands in the text by itself, with `next` behind it if given.
private func containsWord(_ word: String, in text: String, before next: Character? = nil) -> Bool {
  var rest = Substring(text)
  while let range = rest.firstRange(of: word) {
    let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
    let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
    let begins = !before.isLetter && !before.isNumber && before != "_" && before != "."
    let ends = next.map { after == $0 } ?? (!after.isLetter && !after.isNumber && after != "_")
    if begins && ends { return true }
    rest = rest[range.upperBound...]
  }
  return false
}
