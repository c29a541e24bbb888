internal import FoundationEssentials
internal import Glibc
package import VoiceRecognition

/// The file that remembers what was erased, apart from the database and from its backups: a backup from before a
/// deletion is restored without what the ledger names.
///
/// It holds a line for each erasure, numbers without a gap. Several registries of one machine share it.
package struct ErasureLedger: Sendable {
  /// Its path.
  package let path: String
  /// A line is far shorter.
  private static let longestLine = 1024

  /// The ledger of a path, which is made when it is missing.
  package init(path: String) { self.path = path }

  /// All entries after a number. Throws `failedPrecondition` when the file cannot be read, `dataLoss` for a line that
  /// is damaged and for a gap.
  package func entries(after number: Int64 = 0) throws(RecognitionError) -> [Erasure] {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw RecognitionError(
        .failedPrecondition, reason: "ERASURE_LEDGER_MISSING", "the erasure ledger \(path) cannot be read: \(error)")
    }
    var entries: [Erasure] = []
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      guard let entry = Erasure(line: line) else {
        // What was being written when the machine stopped: nobody was told that it was erased.
        if index == lines.count - 1 { break }
        throw damaged("line \(index + 1) is damaged")
      }
      if let last = entries.last, entry.number != last.number + 1 || entry.lineage != last.lineage {
        throw damaged("line \(index + 1) does not follow the one before")
      }
      entries.append(entry)
    }
    return Array(entries.drop { $0.number <= number })
  }

  /// The last entry; nil for an empty ledger and for one that is not there yet.
  func last() throws -> Erasure? { try withFile { try last($0) } }

  /// Appends what `missing` gives for the last number that is there, and returns when it is on the disk.
  func append(missing: (_ last: Erasure?) throws -> [Erasure]) throws {
    try withFile { file in
      let last = try last(file)
      let entries = try missing(last)
      if entries.isEmpty { return }
      guard entries[0].number == (last?.number ?? 0) + 1 else { throw damaged("it does not reach the database's") }
      let bytes = Array(entries.map { $0.line + "\n" }.joined().utf8)
      var written = 0
      while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { throw failure("written") }
        written += max(0, count)
      }
      guard fsync(file) == 0 else { throw failure("written") }
    }
  }

  /// The last whole line. What a stop of the machine left of one that was being written is cut off.
  private func last(_ file: Int32) throws(RecognitionError) -> Erasure? {
    let end = lseek(file, 0, SEEK_END)
    let begin = max(0, Int(end) - Self.longestLine)
    var bytes = [UInt8](repeating: 0, count: Int(end) - begin)
    guard end >= 0, pread(file, &bytes, bytes.count, off_t(begin)) == bytes.count else { throw failure("read") }
    let newline = UInt8(ascii: "\n")
    let whole = bytes.lastIndex(of: newline).map { $0 + 1 } ?? 0
    if whole < bytes.count, ftruncate(file, off_t(begin + whole)) != 0 { throw failure("mended") }
    guard whole > 0 else {
      if begin > 0 { throw damaged("its last line has no end") }
      return nil
    }
    let line = bytes[..<(whole - 1)].split(separator: newline, omittingEmptySubsequences: false).last ?? []
    guard let entry = Erasure(line: String(decoding: line, as: UTF8.self)) else {
      throw damaged("its last line is not whole")
    }
    return entry
  }

  /// Runs `body` while no other process of the machine reads or writes the file.
  private func withFile<Result>(_ body: (Int32) throws -> Result) throws -> Result {
    let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("opened") }
    defer { close(file) }
    while flock(file, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("locked") } }
    return try body(file)
  }

  private func failure(_ what: String) -> RecognitionError {
    .unavailable(
      "erasure_ledger", "the erasure ledger \(path) cannot be \(what): \(String(cString: strerror(errno)))")
  }

  private func damaged(_ how: String) -> RecognitionError {
    RecognitionError(.dataLoss, reason: "ERASURE_LEDGER_DAMAGED", "the erasure ledger \(path) is damaged: \(how)")
  }
}
