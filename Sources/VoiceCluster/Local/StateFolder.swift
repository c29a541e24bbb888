internal import FoundationEssentials
internal import Glibc

/// The folder where a local cluster keeps everything: its record, logs, sockets and data.
package struct StateFolder: Sendable, Hashable {
  /// Its absolute path.
  package let path: String

  /// The record of the running processes.
  var recordFile: String { "\(path)/cluster.json" }
  /// Data, socket and log of PostgreSQL.
  var postgres: String { "\(path)/postgres" }
  /// What was erased, apart from the database.
  package var erasureLedger: String { "\(path)/erasures.ledger" }
  /// The logs of the services.
  var logs: String { "\(path)/logs" }

  /// A folder by its path; a relative one is taken from the current folder.
  package init(_ path: String) {
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    self.path = "/" + absolute.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// The folder that was asked for, else that of `VOICEPRINT_STATE`, else the system's place for a program's state:
  /// `$XDG_STATE_HOME/voiceprint` or `~/.local/state/voiceprint`, and for root `/var/lib/voiceprint`, because root's
  /// home is closed to the account that runs PostgreSQL.
  package static func choose(
    _ asked: String?, environment: [String: String] = ProcessInfo.processInfo.environment, isRoot: Bool = geteuid() == 0
  ) throws(ClusterError) -> StateFolder {
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let path = asked ?? variable("VOICEPRINT_STATE") { return StateFolder(path) }
    if let xdg = variable("XDG_STATE_HOME") { return StateFolder("\(xdg)/voiceprint") }
    if isRoot { return StateFolder("/var/lib/voiceprint") }
    guard let home = variable("HOME") else {
      throw ClusterError(.badFolder, "there is no home folder (HOME is not set): give --state DIR")
    }
    return StateFolder("\(home)/.local/state/voiceprint")
  }

  /// Makes the folder and those in it. Others may pass through when root owns it (PostgreSQL must), nothing more.
  func make() throws(ClusterError) {
    try Folder.make(path, mode: geteuid() == 0 ? 0o711 : 0o700)
    try Folder.make(logs)
  }

  /// Runs `body` while no other command changes this cluster. Throws `wrongState` when one does already.
  func locked<Result>(_ body: () async throws -> Result) async throws -> Result {
    try make()
    let lock = try Descriptor(opening: "\(path)/cluster.lock", O_RDWR | O_CREAT)
    guard flock(lock.raw, LOCK_EX | LOCK_NB) == 0 else {
      throw ClusterError(.wrongState, "another voiceprint command is changing the cluster in \(path) just now")
    }
    let result: Result
    do { result = try await body() } catch {
      flock(lock.raw, LOCK_UN)
      throw error
    }
    flock(lock.raw, LOCK_UN)
    return result
  }
}
