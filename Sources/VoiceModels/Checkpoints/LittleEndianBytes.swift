/// Reads numbers out of bytes that may lie: every access is checked against the end.
struct LittleEndianBytes {
  let bytes: [UInt8]

  var count: Int { bytes.count }

  /// The number of type `Value` at `offset`; nil beyond the end.
  func value<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type, at offset: Int) -> Value? {
    let size = MemoryLayout<Value>.size
    guard offset >= 0, offset <= count - size else { return nil }
    return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Value($1) }
  }

  /// The range of `length` bytes from `offset` on; nil when it leaves the file.
  func range(_ offset: UInt64, _ length: UInt64) -> Range<Int>? {
    let total = UInt64(count)
    guard offset <= total, length <= total - offset else { return nil }
    return Int(offset)..<Int(offset + length)
  }
}
