internal import Crypto
internal import FoundationEssentials
internal import Glibc
package import VoiceRecognition

/// A file of service keys as text, which keeps its comments when keys come and go.
package struct KeyFile: Sendable {
  private struct Line {
    let text: String
    let key: ServiceKey?
  }
  private let path: String
  private var lines: [Line]

  /// The file of a path; a missing one has no keys. Throws `failedPrecondition` when it cannot be read,
  /// `invalidArgument` when it holds something else.
  package init(path: String) throws(RecognitionError) {
    guard FileManager.default.fileExists(atPath: path) else {
      try self.init(text: "", path: path)
      return
    }
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw RecognitionError(
        .failedPrecondition, reason: "SERVICE_KEY_MISSING", "\(path) cannot be read: \(error)")
    }
    try self.init(text: String(decoding: data, as: UTF8.self), path: path)
  }

  /// The text of a file. Throws `invalidArgument` naming the line that is no key.
  init(text: String, path: String) throws(RecognitionError) {
    self.path = path
    lines = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
      let key = ServiceKey(text: content)
      guard key != nil || content.isEmpty else {
        throw .invalid(
          "service_key_file", "line \(index + 1) of \(path) must hold 32 bytes as base64 or as 64 hexadecimal digits",
          reason: "BAD_SERVICE_KEY")
      }
      lines.append(Line(text: String(line), key: key))
    }
    // What a last newline leaves.
    if let last = lines.last, last.text.isEmpty { lines.removeLast() }
  }

  /// The keys in their order.
  package var keys: [ServiceKey] { lines.compactMap(\.key) }

  /// Puts a new random key before the others and gives it.
  package mutating func addKey() throws(RecognitionError) -> ServiceKey {
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    let key = try ServiceKey(bytes: bytes)
    lines.insert(Line(text: "\(Data(bytes).base64EncodedString())  # \(key.id)", key: key), at: 0)
    return key
  }

  /// Takes a key out. Throws `notFound` for one that is not there, `failedPrecondition` for the last.
  package mutating func removeKey(_ id: String) throws(RecognitionError) {
    guard keys.contains(where: { $0.id == id }) else { throw .missing("service_key", id) }
    guard keys.count > 1 else {
      throw RecognitionError(
        .failedPrecondition, reason: "LAST_SERVICE_KEY", "'\(id)' is the only key of \(path): add another one first")
    }
    lines.removeAll { $0.key?.id == id }
  }

  /// Writes it in one step, so that nobody ever reads half of it. Only the owner may read a new one; the mode of one
  /// that is there stays.
  package func write() throws(RecognitionError) {
    let draft = "\(path).\(UInt64.random(in: 0 ... .max)).new"
    var facts = stat()
    let mode = stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0o600
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure() }
    let bytes = Array((lines.map(\.text).joined(separator: "\n") + "\n").utf8)
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    let reason = failure()
    close(file)
    guard isWritten, rename(draft, path) == 0 else {
      unlink(draft)
      throw isWritten ? failure() : reason
    }
  }

  private func failure() -> RecognitionError {
    RecognitionError(
      .failedPrecondition, reason: "SERVICE_KEY_FILE",
      "the service keys cannot be written to \(path): \(String(cString: strerror(errno)))")
  }
}
