internal import FoundationEssentials
internal import Glibc

/// The keys that a local cluster's registries and trainers seal with.
package enum ServiceKeyFile {
  /// The path of the file, whether or not it is there. Clusters from before voiceprints were sealed have it by the name
  /// of the audio's key.
  package static func path(in state: StateFolder) -> String {
    let older = "\(state.path)/audio.key"
    return FileManager.default.fileExists(atPath: older) ? older : "\(state.path)/service.keys"
  }

  /// The path of the file, which is made with a new key when it is missing. Nobody but the owner may read it.
  static func made(in state: StateFolder) throws(ClusterError) -> String {
    let path = path(in: state)
    if FileManager.default.fileExists(atPath: path) { return path }
    var random = SystemRandomNumberGenerator()
    let key = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }).base64EncodedString() + "\n"
    // Several replicas start side by side: each writes a file of its own, and the first to link it gives the key.
    let draft = "\(path).\(UInt64.random(in: 0 ... .max, using: &random))"
    let file = try Descriptor(opening: draft, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    let written = Array(key.utf8).withUnsafeBytes { write(file.raw, $0.baseAddress, $0.count) }
    let linked = written == key.utf8.count && (link(draft, path) == 0 || errno == EEXIST)
    let reason = errno
    unlink(draft)
    guard linked else {
      throw ClusterError(.badFolder, "the service's key, \(path), cannot be written: \(errnoText(reason))")
    }
    return path
  }
}
