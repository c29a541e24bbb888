internal import FoundationEssentials

/// Where the page lies.
enum WebFolder {
  /// The folder that belongs to the running program: `services/console/Web` or `share/voiceprint/console/Web` of a
  /// folder above it. Nil when there is none.
  static func beside(program: String) -> String? {
    var parts = program.split(separator: "/")
    while !parts.isEmpty {
      parts.removeLast()
      let folder = parts.map { "/\($0)" }.joined()
      for place in ["services/console/Web", "share/voiceprint/console/Web"] {
        let path = "\(folder)/\(place)"
        if FileManager.default.fileExists(atPath: "\(path)/index.html") { return path }
      }
    }
    return nil
  }

  /// That of this process.
  static func current() -> String? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).flatMap(beside)
  }
}

/// Why the page cannot be served, for standard error.
struct NoPage: Error, CustomStringConvertible {
  let description: String
}

extension StaticFiles {
  /// The page of a folder, or of the program's own, and the description of the interface, which lies beside the folder.
  /// Throws `NoPage`.
  static func find(_ folder: String?) throws(NoPage) -> (StaticFiles, File) {
    guard let folder = folder ?? WebFolder.current() else {
      throw NoPage(description: "the page is not beside this program: set web_root to its folder")
    }
    let description = URL(filePath: folder).deletingLastPathComponent().path + "/openapi.yaml"
    for file in ["\(folder)/index.html", "\(folder)/assets", description] {
      guard FileManager.default.fileExists(atPath: file) else {
        throw NoPage(description: "web_root: the page is not whole: there is no \(file)")
      }
    }
    do {
      let page = try StaticFiles(folder: folder)
      return (page, File(try Data(contentsOf: URL(filePath: description)), name: "openapi.yaml"))
    } catch {
      throw NoPage(description: "web_root: the page in \(folder) cannot be read: \(error)")
    }
  }
}
