internal import Glibc

/// The account that runs the server: PostgreSQL refuses root, so that root hands over to the user `postgres`.
struct PostgresAccount: Sendable, Hashable {
  /// The user to change to, or nil to stay who we are.
  let user: String?
  private let uid: uid_t
  private let gid: gid_t

  /// The account for this process. Throws `missing` when root has nobody to hand over to.
  static func current() throws(ClusterError) -> PostgresAccount {
    guard geteuid() == 0 else { return PostgresAccount(user: nil, uid: geteuid(), gid: getegid()) }
    guard let entry = getpwnam("postgres") else {
      throw ClusterError(
        .missing, "PostgreSQL refuses to run as root and there is no user 'postgres': run `apt-get install postgresql`")
    }
    return PostgresAccount(user: "postgres", uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
  }

  /// Makes a folder that only this account can use. Throws `badFolder` when the account cannot reach it.
  func makeFolder(_ path: String) throws(ClusterError) {
    try Folder.make(path)
    guard let user else { return }
    try Folder.checkReachable(path, by: user)
    try own(path)
  }

  /// Makes an empty file that this account owns, unless there is one.
  func makeFile(_ path: String) throws(ClusterError) {
    _ = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND)
    try own(path)
  }

  private func own(_ path: String) throws(ClusterError) {
    guard user != nil else { return }
    try systemCall("cannot give \(path) to the user 'postgres'") { chown(path, uid, gid) }
  }
}
