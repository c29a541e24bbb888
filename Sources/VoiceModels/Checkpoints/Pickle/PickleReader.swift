/// Reads the arguments of opcodes, each checked against the end.
struct PickleReader {
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// Bytes read so far.
  var offset: Int { position - bytes.startIndex }

  mutating func take(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.endIndex - position else {
      throw CheckpointError(.malformed, "the pickle ends in the middle: it is truncated")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// An unsigned little-endian number of `size` bytes, at most 4.
  mutating func unsigned(_ size: Int) throws(CheckpointError) -> Int {
    try take(size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A two's complement little-endian number of `size` bytes, at most 8.
  mutating func signed(_ size: Int) throws(CheckpointError) -> Int {
    let raw = try take(size)
    guard let last = raw.last else { return 0 }
    return raw.reversed().reduce(last < 0x80 ? 0 : -1) { $0 << 8 | Int($1) }
  }

  /// A big-endian double.
  mutating func double() throws(CheckpointError) -> Double {
    Double(bitPattern: try take(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  mutating func text(_ count: Int) throws(CheckpointError) -> String {
    try Self.text(try take(count))
  }

  /// The rest of the line, without its end.
  mutating func line() throws(CheckpointError) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw CheckpointError(.malformed, "the pickle ends in the middle: it is truncated")
    }
    let raw = try take(end - position)
    _ = try take(1)
    return try Self.text(raw)
  }

  private static func text(_ raw: ArraySlice<UInt8>) throws(CheckpointError) -> String {
    guard let text = String(validating: raw, as: UTF8.self) else {
      throw CheckpointError(.malformed, "a string of the pickle is not UTF-8")
    }
    return text
  }
}
