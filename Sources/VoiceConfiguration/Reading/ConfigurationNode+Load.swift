internal import FoundationEssentials
internal import Yams

extension ConfigurationNode {
  /// Longest file that is read, in bytes.
  private static let maximumBytes = 1 << 20

  /// Reads the root mapping of a YAML file; overrides go before its values. Throws `unreadable` or `malformed`.
  package static func load(
    file: String, overrides: ConfigurationOverrides = .init()
  ) throws(ConfigurationError) -> ConfigurationNode {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: file)) } catch {
      throw failure(.unreadable, file: file, "cannot be read: \(reason(error))")
    }
    guard data.count <= maximumBytes else {
      throw failure(.unreadable, file: file, "is longer than \(maximumBytes) bytes, too long for a configuration")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw failure(.malformed, file: file, "is not UTF-8")
    }
    return try parse(text, file: file, isFile: true, overrides: overrides)
  }

  /// Reads the root mapping of a YAML text; `file` stands in the errors. Throws `malformed`.
  package static func parse(
    _ text: String, file: String, overrides: ConfigurationOverrides = .init()
  ) throws(ConfigurationError) -> ConfigurationNode {
    try parse(text, file: file, isFile: false, overrides: overrides)
  }

  private static func parse(
    _ text: String, file: String, isFile: Bool, overrides: ConfigurationOverrides
  ) throws(ConfigurationError) -> ConfigurationNode {
    let problems = ProblemList(file: file, isFile: isFile, overrides: overrides)
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch let error as YamlError {
      throw failure(.malformed, file: file, line: line(of: error), "is not YAML: \(error)")
    } catch {
      throw failure(.malformed, file: file, "is not YAML: \(error)")
    }
    switch root {
    case nil: return ConfigurationNode(Node.Mapping([]), path: "", line: 1, problems: problems)
    case .mapping(let mapping)?: return ConfigurationNode(mapping, path: "", line: 1, problems: problems)
    default: throw failure(.malformed, file: file, "must be a mapping of keys to values")
    }
  }

  /// The system's error in words for people.
  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile?, .fileNoSuchFile?: "no such file"
    case .fileReadNoPermission?: "permission denied"
    default: "\(error)"
    }
  }

  private static func failure(
    _ code: ConfigurationError.Code, file: String, line: Int = 1, _ message: String
  ) -> ConfigurationError {
    ConfigurationError(code: code, file: file, problems: [.init(line: line, key: "", message: message)])
  }

  private static func line(of error: YamlError) -> Int {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: 1
    }
  }
}
