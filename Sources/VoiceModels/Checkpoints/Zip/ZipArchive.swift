internal import VoiceTensor

/// A ZIP archive of stored entries, as PyTorch writes it; compressed or encrypted entries are refused.
///
/// Layout: APPNOTE.TXT of PKWARE, 4.3; ZIP64 records are understood.
struct ZipArchive {
  /// Where an entry's bytes lie, and their checksum.
  struct Entry {
    var range: Range<Int>
    var checksum: UInt32
  }

  static let maximumEntries = 200_000

  let file: LittleEndianBytes
  private(set) var entries: [String: Entry] = [:]

  init(_ bytes: [UInt8]) throws(CheckpointError) {
    file = LittleEndianBytes(bytes: bytes)
    let end = try ZipEnd(file)
    guard end.entryCount <= UInt64(Self.maximumEntries) else {
      throw CheckpointError(
        .tooLarge, "the archive has \(end.entryCount) entries, at most \(Self.maximumEntries) are read")
    }
    guard let directory = file.range(end.directoryOffset, end.directorySize) else {
      throw CheckpointError(.malformed, "the archive's directory lies outside the file")
    }
    var position = directory.lowerBound
    for _ in 0..<end.entryCount {
      let header = try ZipEntryHeader(file, at: position, end: directory.upperBound)
      position = header.end
      let entry = Entry(range: try header.dataRange(file), checksum: header.checksum)
      guard entries.updateValue(entry, forKey: header.name) == nil else {
        throw CheckpointError(.malformed, "the archive holds '\(header.name)' twice")
      }
    }
  }

  /// The bytes of an entry, proved by its checksum; nil when there is no such entry.
  func content(_ name: String) throws(CheckpointError) -> ArraySlice<UInt8>? {
    guard let entry = entries[name] else { return nil }
    let content = file.bytes[entry.range]
    guard CRC32.standard.checksum(content) == entry.checksum else {
      throw CheckpointError(.malformed, "the checksum of '\(name)' is wrong: the file is damaged")
    }
    return content
  }
}

/// The record at the archive's end that says where its directory lies.
private struct ZipEnd {
  let entryCount: UInt64
  let directorySize: UInt64
  let directoryOffset: UInt64

  init(_ file: LittleEndianBytes) throws(CheckpointError) {
    let lowest = max(0, file.count - 22 - 0xFFFF)
    var position = file.count - 22
    while position >= lowest, file.value(UInt32.self, at: position) != 0x0605_4B50 { position -= 1 }
    guard position >= lowest, let count = file.value(UInt16.self, at: position + 10),
      let size = file.value(UInt32.self, at: position + 12), let offset = file.value(UInt32.self, at: position + 16)
    else { throw CheckpointError(.malformed, "the archive has no end: the file is truncated or no ZIP") }

    guard count == .max || size == .max || offset == .max else {
      (entryCount, directorySize, directoryOffset) = (UInt64(count), UInt64(size), UInt64(offset))
      return
    }
    guard file.value(UInt32.self, at: position - 20) == 0x0706_4B50,
      let wide = file.value(UInt64.self, at: position - 12).flatMap(Int.init(exactly:)), wide < file.count,
      file.value(UInt32.self, at: wide) == 0x0606_4B50, let count = file.value(UInt64.self, at: wide + 32),
      let size = file.value(UInt64.self, at: wide + 40), let offset = file.value(UInt64.self, at: wide + 48)
    else { throw CheckpointError(.malformed, "the archive's ZIP64 end is missing or damaged") }
    (entryCount, directorySize, directoryOffset) = (count, size, offset)
  }
}
