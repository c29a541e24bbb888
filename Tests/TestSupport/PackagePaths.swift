internal import FoundationEssentials

/// Where things are, from this file's own path, symbolic links left as they are.
package enum PackagePaths {
  /// The folder of `Package.swift`.
  package static let root: String = {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(3).joined(separator: "/")
  }()

  /// The folder of data for tests beside the package, which is not part of it: golden vectors, networks, speech.
  ///
  /// nil when it is not at hand: tests that need it are disabled then, and say so.
  package static let shared: String? = {
    let path = "/" + root.split(separator: "/").dropLast().joined(separator: "/") + "/shared"
    return FileManager.default.fileExists(atPath: "\(path)/golden/index.json") ? path : nil
  }()

  /// A file of the folder of data for tests, or nil when it is not at hand.
  package static func shared(_ path: String) -> String? {
    guard let shared, FileManager.default.fileExists(atPath: "\(shared)/\(path)") else { return nil }
    return "\(shared)/\(path)"
  }
}
