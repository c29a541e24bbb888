/// Values that go before those of a file: settings of a command line first, then the environment.
package final class ConfigurationOverrides {
  let settings: [String: String]
  /// What begins with the prefix.
  let environment: [String: String]
  let prefix: String
  private var used: Set<String> = []

  /// Settings by path (`database.url`), and an environment in which `PREFIX_DATABASE_URL` means the same.
  package init(settings: [String: String] = [:], environment: [String: String] = [:], prefix: String = "") {
    self.settings = settings
    self.environment = prefix.isEmpty ? [:] : environment.filter { $0.key.hasPrefix("\(prefix)_") }
    self.prefix = prefix
  }

  /// The settings of `key.path=value` texts. Throws `invalid` naming the text that is none.
  package static func settings(of texts: [String]) throws(ConfigurationError) -> [String: String] {
    var settings: [String: String] = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw ConfigurationError(
          code: .invalid, file: "--set",
          problems: [.init(line: 1, key: text, message: "must be key.path=value")])
      }
      settings[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return settings
  }

  /// The value for a key's path, if there is one.
  func value(of path: String) -> String? {
    if let value = settings[path] {
      used.insert(path)
      return value
    }
    let name = path.map { $0.isLetter || $0.isNumber ? $0.uppercased() : "_" }.joined()
    return environment["\(prefix)_\(name)"]
  }

  /// Settings that no reader asked for.
  var unusedSettings: [String] { settings.keys.filter { !used.contains($0) }.sorted() }
}
