/// Reads the fields of a serialized protobuf message that hold bytes, text or messages, one after the other.
///
/// Enough for descriptors, which this process itself was built with; damaged input ends the reading.
struct WireReader: Sequence, IteratorProtocol {
  /// A field with its number.
  struct Field {
    let number: Int
    let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> Field? {
    while let tag = varint() {
      switch tag & 7 {
      case 0: _ = varint()
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case 2:
        guard let length = varint(), length <= UInt64(rest.count) else { return nil }
        let bytes = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return Field(number: Int(truncatingIfNeeded: tag >> 3), bytes: bytes)
      default: return nil
      }
    }
    return nil
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
