internal import Yams

/// A YAML mapping that is read key by key and knows which of its keys nobody asked for.
///
/// What is missing or wrong is noted and a stand-in returned, so that reading goes on; `finish()` on the root throws
/// all notes at once, and nothing that was read may be used before it returned.
package final class ConfigurationNode {
  /// Path of this mapping from the root, e.g. `dataset_conf.eval_conf`; empty for the root.
  package let path: String
  /// The keys in the order of the file.
  package let keys: [String]
  let line: Int
  private let values: [String: Node]
  private let lines: [String: Int]
  let list: ProblemList
  private var used: Set<String> = []
  private var children: [ConfigurationNode] = []

  init(_ mapping: Node.Mapping, path: String, line: Int, problems: ProblemList) {
    var keys: [String] = []
    var values: [String: Node] = [:]
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        problems.add(line: key.mark?.line ?? line, key: path, "a key must be a scalar")
        continue
      }
      keys.append(name)
      values[name] = value
      lines[name] = key.mark?.line
    }
    self.path = path
    self.keys = keys
    self.line = line
    self.values = values
    self.lines = lines
    list = problems
  }

  /// Notes a problem of a key, found by the reader's own check.
  package func report(_ key: String, _ message: String) {
    list.add(line: line(of: key), key: fullPath(key), message)
  }

  /// Notes a problem of the value at a path below this mapping, whose mappings were opened.
  func report(path: String, _ message: String) {
    if let child = children.first(where: { path.hasPrefix("\($0.path).") }) {
      return child.report(path: path, message)
    }
    report(self.path.isEmpty ? path : String(path.dropFirst(self.path.count + 1)), message)
  }

  /// Whether the key is there with a value other than null.
  package func has(_ key: String) -> Bool { peek(key) != nil }

  /// Whether the key is there with a mapping.
  package func isMap(_ key: String) -> Bool { if case .mapping = peek(key) { true } else { false } }

  /// Ends the reading: unknown keys of this mapping and of all that were opened below it are noted too.
  ///
  /// Throws `ConfigurationError` with every problem in the order of the file.
  package func finish() throws(ConfigurationError) {
    reportUnknown()
    for path in list.overrides.unusedSettings { list.add(line: 1, key: path, "unknown key in --set") }
    try check()
  }

  /// Paths of all values that were asked for until now, of this mapping and of all that were opened below it, in the
  /// order of the alphabet.
  package var askedFor: [String] {
    let inner = Set(children.map(\.path))
    return (used.map(fullPath).filter { !inner.contains($0) } + children.flatMap(\.askedFor)).sorted()
  }

  private func reportUnknown() {
    for key in keys where !used.contains(key) {
      let known = used.sorted().joined(separator: ", ")
      report(key, known.isEmpty ? "unknown key" : "unknown key (known here: \(known))")
    }
    for child in children { child.reportUnknown() }
  }

  // ---- For the readers of one kind of value ------------------------------------------------------------------------

  /// The value of a key that is asked for, nil when absent or null.
  func take(_ key: String) -> Node? {
    used.insert(key)
    return peek(key)
  }

  private func peek(_ key: String) -> Node? {
    // An override can take a value away too: `--set key=null`; and it can be a list: `--set key=[a, b]`.
    let override = list.overrides.value(of: fullPath(key)).map { text in
      (text.hasPrefix("[") ? try? Yams.compose(yaml: text) : nil) ?? Node(text, Tag(.implicit), .plain)
    }
    guard let node = override ?? values[key] else { return nil }
    if let scalar = node.scalar, scalar.style == .plain || scalar.style == .any, PlainScalar.isNull(scalar.string) {
      return nil
    }
    return node
  }

  /// The value of a key that must be there; its absence is noted.
  func require(_ key: String) -> Node? {
    if let node = take(key) { return node }
    report(key, "is required")
    return nil
  }

  /// A mapping below this one; opened again it is the same, so that it knows all that was asked for.
  func child(_ mapping: Node.Mapping, path: String, line: Int) -> ConfigurationNode {
    if let open = children.first(where: { $0.path == path }) { return open }
    let node = ConfigurationNode(mapping, path: path, line: line, problems: list)
    children.append(node)
    return node
  }

  /// The line of a key, or of the mapping that lacks it.
  func line(of key: String) -> Int { lines[key] ?? line }

  func fullPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
