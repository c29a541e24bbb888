/// One record of an archive's directory.
struct ZipEntryHeader {
  let name: String
  let checksum: UInt32
  /// Where the next record begins.
  let end: Int
  private let size: UInt64
  private let localOffset: UInt64

  init(_ file: LittleEndianBytes, at position: Int, end directoryEnd: Int) throws(CheckpointError) {
    guard position + 46 <= directoryEnd, file.value(UInt32.self, at: position) == 0x0201_4B50,
      let flags = file.value(UInt16.self, at: position + 8), let method = file.value(UInt16.self, at: position + 10),
      let checksum = file.value(UInt32.self, at: position + 16),
      let packed = file.value(UInt32.self, at: position + 20),
      let unpacked = file.value(UInt32.self, at: position + 24),
      let nameLength = file.value(UInt16.self, at: position + 28),
      let extraLength = file.value(UInt16.self, at: position + 30),
      let commentLength = file.value(UInt16.self, at: position + 32),
      let offset = file.value(UInt32.self, at: position + 42)
    else { throw CheckpointError(.malformed, "the archive's directory is damaged at byte \(position)") }

    let extra = position + 46 + Int(nameLength)
    end = extra + Int(extraLength) + Int(commentLength)
    guard end <= directoryEnd, let name = String(validating: file.bytes[position + 46..<extra], as: UTF8.self) else {
      throw CheckpointError(.malformed, "the archive's directory is damaged at byte \(position)")
    }
    guard flags & 1 == 0 else { throw CheckpointError(.refused, "'\(name)' is encrypted") }
    guard method == 0 else {
      throw CheckpointError(.refused, "'\(name)' is compressed (method \(method)), PyTorch stores entries as they are")
    }
    var wide = ZipWideFields(file, from: extra, to: extra + Int(extraLength))
    guard let size = wide.resolve(unpacked), let packedSize = wide.resolve(packed), let local = wide.resolve(offset),
      size == packedSize
    else { throw CheckpointError(.malformed, "the sizes of '\(name)' are contradictory") }
    (self.name, self.checksum, self.size, localOffset) = (name, checksum, size, local)
  }

  /// Where the entry's bytes lie, behind its local header.
  func dataRange(_ file: LittleEndianBytes) throws(CheckpointError) -> Range<Int> {
    guard let header = file.range(localOffset, 30)?.lowerBound, file.value(UInt32.self, at: header) == 0x0403_4B50,
      let nameLength = file.value(UInt16.self, at: header + 26),
      let extraLength = file.value(UInt16.self, at: header + 28),
      let range = file.range(UInt64(header) + 30 + UInt64(nameLength) + UInt64(extraLength), size)
    else { throw CheckpointError(.malformed, "'\(name)' lies outside the file: it is truncated") }
    return range
  }
}

/// The 64-bit values of a record's ZIP64 extra field: each stands there only when its 32-bit place is full of ones.
private struct ZipWideFields {
  private var values: [UInt64] = []

  init(_ file: LittleEndianBytes, from begin: Int, to end: Int) {
    var position = begin
    while position + 4 <= end, let tag = file.value(UInt16.self, at: position),
      let length = file.value(UInt16.self, at: position + 2)
    {
      let next = position + 4 + Int(length)
      guard next <= end else { return }
      if tag == 1 {
        values = stride(from: position + 4, through: next - 8, by: 8).compactMap { file.value(UInt64.self, at: $0) }
        return
      }
      position = next
    }
  }

  mutating func resolve(_ value: UInt32) -> UInt64? {
    guard value == .max else { return UInt64(value) }
    return values.isEmpty ? nil : values.removeFirst()
  }
}
