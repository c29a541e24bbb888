internal import Glibc

/// Finds programs.
package enum Programs {
  /// The program's path in `PATH`, or in the folders that a service's short `PATH` may lack.
  package static func find(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let folders = path.split(separator: ":").map(String.init) + ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"]
    return folders.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
  }

  /// Whether there is a file at `path` that may be run.
  static func isExecutable(_ path: String) -> Bool {
    var information = stat()
    guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return false }
    return access(path, X_OK) == 0
  }
}
