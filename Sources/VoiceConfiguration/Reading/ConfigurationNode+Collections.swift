internal import Yams

extension ConfigurationNode {
  /// A mapping; when absent an empty one, whose required keys are then noted as missing.
  package func map(_ key: String) -> ConfigurationNode {
    optionalMap(key) ?? child(Node.Mapping([]), path: fullPath(key), line: line)
  }

  /// A mapping, nil when the key is absent.
  package func optionalMap(_ key: String) -> ConfigurationNode? {
    guard let node = take(key) else { return nil }
    guard case .mapping(let mapping) = node else {
      report(key, "must be a mapping, not \(node.kind)")
      return nil
    }
    return child(mapping, path: fullPath(key), line: line(of: key))
  }

  /// A list of mappings, empty when the key is absent.
  package func maps(_ key: String) -> [ConfigurationNode] {
    sequence(key).enumerated().compactMap { index, node in
      guard case .mapping(let mapping) = node else {
        report(key, "entry \(index) must be a mapping, not \(node.kind)")
        return nil
      }
      return child(mapping, path: "\(fullPath(key))[\(index)]", line: node.mark?.line ?? line)
    }
  }

  /// A list of texts, or the default when the key is absent.
  package func strings(_ key: String, default value: [String] = []) -> [String] {
    has(key) ? sequence(key).compactMap { text($0, key) } : absent(key, value)
  }

  /// A list of whole numbers, or the default when the key is absent.
  package func ints(_ key: String, default value: [Int] = []) -> [Int] {
    guard has(key) else { return absent(key, value) }
    return sequence(key).compactMap { node in
      if let number = node.plain.flatMap(PlainScalar.int) { return number }
      report(key, "must hold whole numbers, not \(node.kind)")
      return nil
    }
  }

  /// A mapping of texts whose keys are free, as labels or the arguments of a front-end; the keys of a mapping inside
  /// of it follow its own after a dot, `melkwargs.n_fft`.
  package func texts(_ key: String) -> [String: String] {
    guard let map = optionalMap(key) else { return [:] }
    var texts: [String: String] = [:]
    for key in map.keys {
      if map.isMap(key) {
        for (inner, text) in map.texts(key) { texts["\(key).\(inner)"] = text }
      } else {
        texts[key] = map.value(key).text
      }
    }
    return texts
  }

  /// A mapping of scalars and lists whose keys are free; their reader checks them.
  package func values(_ key: String) -> [String: ConfigurationValue] {
    guard let map = optionalMap(key) else { return [:] }
    var values: [String: ConfigurationValue] = [:]
    for key in map.keys { values[key] = map.value(key) }
    return values
  }

  /// A scalar or list with the meaning that YAML gives it, `null` when absent.
  package func value(_ key: String) -> ConfigurationValue {
    guard let node = take(key) else { return .null }
    if let value = node.value { return value }
    report(key, "must be a scalar or a list, not \(node.kind)")
    return .null
  }

  private func absent<Value>(_ key: String, _ value: Value) -> Value {
    _ = take(key)
    return value
  }

  private func sequence(_ key: String) -> [Node] {
    guard let node = take(key) else { return [] }
    if case .sequence(let nodes) = node { return Array(nodes) }
    report(key, "must be a list, not \(node.kind)")
    return []
  }
}
