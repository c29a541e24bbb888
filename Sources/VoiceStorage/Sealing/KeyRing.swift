internal import FoundationEssentials
internal import Synchronization
package import VoiceRecognition

/// The service's keys by their ids: all registries and trainers of a cluster have the same ones.
///
/// A ring of a file reads it again when it meets the id of a key that it does not know: a key that was added is there
/// without a restart.
package final class KeyRing: Sendable {
  private let path: String?
  private let keys: Mutex<[ServiceKey]>

  /// A ring of keys, the current one first; at least one.
  package init(_ keys: [ServiceKey]) {
    precondition(!keys.isEmpty, "a ring without a key")
    path = nil
    self.keys = Mutex(keys)
  }

  /// The keys of a file: one a line, the current one first; empty lines and what follows a `#` do not count.
  ///
  /// Throws `failedPrecondition` when the file cannot be read, `invalidArgument` when it holds something else.
  package init(file path: String) throws(RecognitionError) {
    self.path = path
    keys = Mutex(try Self.read(path))
  }

  /// The first key, which the next rotation goes over to.
  package var first: ServiceKey { keys.withLock { $0[0] } }

  /// The ids of all keys, in their order.
  package var ids: [String] { keys.withLock { $0.map(\.id) } }

  /// A key by its id. Throws `failedPrecondition` (`SERVICE_KEY_UNKNOWN`) when neither ring nor file has it.
  func key(_ id: String) throws(RecognitionError) -> ServiceKey {
    if let key = known(id) { return key }
    if let path {
      let fresh = try Self.read(path)
      keys.withLock { $0 = fresh }
      if let key = known(id) { return key }
    }
    throw RecognitionError(
      .failedPrecondition, reason: "SERVICE_KEY_UNKNOWN",
      "data is sealed under the service key '\(id)', this service has \(ids.joined(separator: ", ")): "
        + "add the key to \(path ?? "its keys")")
  }

  private func known(_ id: String) -> ServiceKey? { keys.withLock { keys in keys.first { $0.id == id } } }

  private static func read(_ path: String) throws(RecognitionError) -> [ServiceKey] {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw RecognitionError(
        .failedPrecondition, reason: "SERVICE_KEY_MISSING", "the service key \(path) cannot be read: \(error)")
    }
    let keys = try KeyFile(text: String(decoding: data, as: UTF8.self), path: path).keys
    guard !keys.isEmpty else {
      throw .invalid("service_key_file", "\(path) holds no key", reason: "BAD_SERVICE_KEY")
    }
    return keys
  }
}
