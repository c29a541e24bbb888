import FoundationEssentials
import TestSupport
import Testing

/// A text file of the package.
struct SourceFile: Sendable {
  /// Its path inside the package.
  let path: String
  /// Its lines.
  let lines: [String]
  /// The lines with every comment and the inside of every string blanked, for Swift and C; else the lines.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let blanked = path.hasSuffix(".swift") || path.hasSuffix(".c") || path.hasSuffix(".h") || path.hasSuffix(".proto")
    code = blanked
      ? blank(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      : lines
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

  /// Whether a program wrote it: style does not apply.
  var isGenerated: Bool { Self.generated.contains { path.hasPrefix($0) } }

  /// Whether it is part of the product, not of its tests.
  var isProduct: Bool { path.hasPrefix("Sources/") || path.hasPrefix("services/") }

  /// The module of a file under Sources/ or services/, e.g. `VoiceRPC` or `gateway`.
  var module: String? {
    let parts = path.split(separator: "/")
    return isProduct && parts.count > 2 ? String(parts[1]) : nil
  }

  private static let generated = [
    "Sources/VoiceMessages/Generated/", "Sources/C/CVoiceProtos/", "Sources/C/CDescriptor/",
  ]
}

/// A place where a file breaks a rule.
struct Violation: Sendable, Hashable, CustomStringConvertible {
  let path: String
  /// From 1.
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// A rule of style.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let check: @Sendable (SourceFile) -> [Violation]

  var testDescription: String { name }

  /// A rule that looks at each line by itself: `check` gives what is wrong with it.
  static func perLine(
    _ name: String, _ applies: @escaping @Sendable (SourceFile) -> Bool,
    _ check: @escaping @Sendable (_ line: String, _ code: String, _ file: SourceFile) -> String?
  ) -> Rule {
    Rule(name: name) { file in
      guard applies(file) else { return [] }
      return zip(file.lines, file.code).enumerated().compactMap { index, pair in
        check(pair.0, pair.1, file).map { Violation(path: file.path, line: index + 1, message: $0) }
      }
    }
  }
}

/// All text files of the package, read once.
enum Tree {
  static let files: [SourceFile] = {
    let roots = ["Sources", "services", "Tests", "Protos", "configs", "deploy", ".ci"]
    let top = ["Package.swift", "README.md"]
    return (roots.flatMap(paths(under:)) + top).sorted().compactMap { path in
      guard let data = FileManager.default.contents(atPath: "\(PackagePaths.root)/\(path)") else { return nil }
      return SourceFile(path: path, text: String(decoding: data, as: UTF8.self))
    }
  }()

  private static let endings = [
    ".swift", ".c", ".h", ".proto", ".py", ".sh", ".yaml", ".yml", ".md", ".modulemap", ".ci/run", ".sql",
  ]

  private static func paths(under folder: String) -> [String] {
    let root = PackagePaths.root
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
    return names.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      var isFolder = false
      guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else { return [] }
      if isFolder { return name == "__pycache__" ? [] : paths(under: path) }
      return endings.contains { path.hasSuffix($0) } ? [path] : []
    }
  }
}
