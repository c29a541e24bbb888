internal import FoundationEssentials
internal import Glibc

/// Folders and small files of a cluster.
enum Folder {
  /// Makes the folder with what is missing above it, and sets its mode.
  static func make(_ path: String, mode: mode_t = 0o700) throws(ClusterError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { throw ClusterError(.badFolder, "cannot make the folder \(path): \(error)") }
    guard chmod(path, mode) == 0 else {
      throw ClusterError(.badFolder, "cannot set the mode of \(path): \(errnoText(errno)); is the folder yours?")
    }
  }

  /// Proves that another user can reach `path`: every folder above it must let others through.
  static func checkReachable(_ path: String, by user: String) throws(ClusterError) {
    var parts = path.split(separator: "/")
    while !parts.isEmpty {
      parts.removeLast()
      let parent = "/" + parts.joined(separator: "/")
      var information = stat()
      guard stat(parent, &information) == 0 else { continue }
      guard information.st_mode & 0o001 != 0 else {
        throw ClusterError(
          .badFolder,
          "the user '\(user)' cannot reach \(path): \(parent) lets no others through. "
            + "Choose another state folder (--state or VOICEPRINT_STATE), or `chmod o+x \(parent)`.")
      }
    }
  }

  /// The ends of those whole lines of a text file that begin so; none if it cannot be read.
  static func lines(of path: String, beginningWith start: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let text = String(decoding: data, as: UTF8.self)
    let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return whole.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }

  /// The last lines of a text file, for error messages; empty if it cannot be read.
  static func tail(of path: String, lines: Int = 12) -> String {
    guard let data = FileManager.default.contents(atPath: path) else { return "" }
    let text = String(decoding: data.suffix(16_384), as: UTF8.self)
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }
}
