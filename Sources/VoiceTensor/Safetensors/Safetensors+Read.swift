extension Safetensors {
  /// Longest header that is read, in bytes; the format's own limit.
  static let maximumHeaderBytes = 100_000_000

  /// Reads a file from memory. Throws `malformed` or `unsupported`.
  package init(bytes: [UInt8]) throws(SafetensorsError) {
    let (header, start) = try Self.header(of: bytes)
    let end = bytes.count - start
    var tensors: [String: StoredTensor] = [:]
    tensors.reserveCapacity(header.entries.count)
    var filled = 0
    for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.end <= end else {
        throw SafetensorsError(.malformed, "'\(entry.name)' ends at byte \(entry.end) of \(end)")
      }
      guard entry.begin == filled else {
        let what = entry.begin < filled ? "overlaps the array before it" : "leaves a hole before it"
        throw SafetensorsError(.malformed, "'\(entry.name)' begins at byte \(entry.begin) and \(what)")
      }
      filled = entry.end
      let values = entry.element.floats(in: bytes, at: start + entry.begin, count: entry.count)
      tensors[entry.name] = StoredTensor(shape: entry.shape, values: values)
    }
    guard filled == end else {
      throw SafetensorsError(.malformed, "\(end - filled) bytes at the end belong to no array")
    }
    self.init(tensors: tensors, metadata: header.metadata)
  }

  private static func header(of bytes: [UInt8]) throws(SafetensorsError) -> (SafetensorsHeader, start: Int) {
    guard bytes.count >= 8 else {
      throw SafetensorsError(.malformed, "\(bytes.count) bytes are too few for a safetensors file")
    }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(maximumHeaderBytes, bytes.count - 8)) else {
      throw SafetensorsError(.malformed, "the header claims \(length) bytes of a file of \(bytes.count)")
    }
    let start = 8 + Int(length)
    var parser = SafetensorsHeaderParser(bytes[8..<start])
    return (try parser.header(), start)
  }
}

/// What a header says.
struct SafetensorsHeader {
  /// One array; its byte range is that of its shape and type.
  struct Entry {
    var name: String
    var element: StoredElement
    var shape: [Int]
    var count: Int
    var begin: Int
    var end: Int
  }
  var entries: [Entry] = []
  var metadata: [String: String] = [:]
}
