internal import FoundationEssentials

/// Where the programs of PostgreSQL are: Debian keeps the server's out of `PATH`, a folder a version.
struct PostgresBinaries: Sendable, Hashable {
  /// The folder of the programs.
  let folder: String
  /// Major version of the server.
  let version: Int

  func path(of program: String) -> String { "\(folder)/\(program)" }

  /// The newest server installed, or the one of the version that the data was made by.
  ///
  /// Throws `missing` with the name of the Debian package.
  static func find(version wanted: Int? = nil) throws(ClusterError) -> PostgresBinaries {
    let candidates = installed().filter { wanted == nil || $0.version == wanted }
    if let best = candidates.max(by: { $0.version < $1.version }) { return best }
    let package = wanted.map { "postgresql-\($0)" } ?? "postgresql"
    let reason = wanted.map { "the data folder was made by PostgreSQL \($0), which is not installed" }
      ?? "no PostgreSQL server is installed"
    throw ClusterError(.missing, "\(reason): run `apt-get install \(package)`, or give --database URL")
  }

  private static func installed() -> [PostgresBinaries] {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []  // no such folder: none installed
    let packaged = versions.compactMap { name -> PostgresBinaries? in
      guard let version = Int(name), Programs.isExecutable("\(root)/\(name)/bin/postgres") else { return nil }
      return PostgresBinaries(folder: "\(root)/\(name)/bin", version: version)
    }
    if !packaged.isEmpty { return packaged }
    guard let server = Programs.find("postgres"), let version = headerVersion(beside: server) else { return [] }
    return [PostgresBinaries(folder: String(server.dropLast("/postgres".count)), version: version)]
  }

  /// The version of a server outside Debian's layout, from the sample file that every installation carries.
  private static func headerVersion(beside server: String) -> Int? {
    let prefix = server.dropLast("/bin/postgres".count)
    for share in ["share", "share/postgresql"] {
      let path = "\(prefix)/\(share)/postgres.bki"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      let firstLine = String(decoding: data.prefix(100), as: UTF8.self).split(separator: "\n").first ?? ""
      return firstLine.split(separator: " ").last.flatMap { Int($0) }
    }
    return nil
  }
}
