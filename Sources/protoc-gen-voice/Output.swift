/// Swift text that grows by lines with the right indentation.
struct Output {
  private(set) var text = ""
  private var depth = 0

  mutating func line(_ line: String = "") {
    text += line.isEmpty ? "\n" : String(repeating: "  ", count: depth) + line + "\n"
  }

  mutating func block(_ head: String, _ body: (inout Output) -> Void) {
    line(head + " {")
    depth += 1
    body(&self)
    depth -= 1
    line("}")
  }

  /// A proto comment as a doc comment; what has none is named plainly.
  mutating func comment(_ comment: String, otherwise name: String) {
    let lines = comment.split(separator: "\n").map { String($0.drop { $0 == " " }) }
    for text in lines.isEmpty ? ["`\(name)` of the protocol."] : lines { line("/// " + text) }
  }
}
