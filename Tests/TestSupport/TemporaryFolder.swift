internal import FoundationEssentials
internal import Glibc

/// A folder for one test's files; it is removed with the object. Its path is short enough for a unix socket.
package final class TemporaryFolder: Sendable {
  /// Its path.
  package let path: String

  /// Makes an empty folder of a name that nobody has.
  package init() throws {
    path = "/tmp/vp-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }
  deinit {
    // A folder that cannot be removed is left in /tmp: a destructor has nobody to tell.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file into it, or into a folder below it, and gives its path.
  package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let path = file(name)
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return path
  }
}
