/// A parameter of a statement, sent in PostgreSQL's binary format.
package enum PostgresValue: Sendable, Hashable {
  /// NULL of whatever type the statement expects.
  case null
  /// `text`; it must not hold U+0000.
  case text(String)
  /// `int8`.
  case int(Int64)
  /// `float8`.
  case double(Double)
  /// `bool`.
  case bool(Bool)
  /// `bytea`.
  case bytes([UInt8])
  /// `bytea` that holds the values as little-endian float32.
  case floatBytes([Float])
  /// `float4[]`.
  case floats([Float])
  /// `text[]`.
  case texts([String])
  /// `int8[]`.
  case ints([Int64])
  /// `bytea[]`.
  case byteArrays([[UInt8]])
  /// `timestamptz`, in microseconds since 1970-01-01T00:00:00Z.
  case timestamp(microseconds: Int64)
  /// `jsonb`, as JSON text in UTF-8.
  case json([UInt8])

  /// `text`, or NULL for nil.
  package static func text(_ value: String?) -> Self { value.map { .text($0) } ?? .null }

  /// The type's number in the catalogue `pg_type`; 0 leaves it to the server.
  var type: UInt32 {
    switch self {
    case .null: 0
    case .text: PostgresType.text
    case .int: PostgresType.int8
    case .double: PostgresType.float8
    case .bool: PostgresType.bool
    case .bytes, .floatBytes: PostgresType.bytea
    case .floats: PostgresType.float4Array
    case .texts: PostgresType.textArray
    case .ints: PostgresType.int8Array
    case .byteArrays: PostgresType.byteaArray
    case .timestamp: PostgresType.timestamptz
    case .json: PostgresType.jsonb
    }
  }

  /// Appends the binary form to `buffer`; false for NULL, which has none.
  func encode(into buffer: inout [UInt8]) -> Bool {
    switch self {
    case .null: return false
    case .text(let value): buffer.append(contentsOf: value.utf8)
    case .int(let value): buffer.appendBigEndian(value)
    case .double(let value): buffer.appendBigEndian(value.bitPattern)
    case .bool(let value): buffer.append(value ? 1 : 0)
    case .bytes(let value): buffer.append(contentsOf: value)
    case .floatBytes(let values):
      for value in values { buffer.appendLittleEndian(value.bitPattern) }
    case .floats(let values):
      buffer.appendArrayHeader(element: PostgresType.float4, count: values.count)
      for value in values {
        buffer.appendBigEndian(Int32(4))
        buffer.appendBigEndian(value.bitPattern)
      }
    case .texts(let values):
      buffer.appendArrayHeader(element: PostgresType.text, count: values.count)
      for value in values {
        buffer.appendBigEndian(Int32(value.utf8.count))
        buffer.append(contentsOf: value.utf8)
      }
    case .ints(let values):
      buffer.appendArrayHeader(element: PostgresType.int8, count: values.count)
      for value in values {
        buffer.appendBigEndian(Int32(8))
        buffer.appendBigEndian(value)
      }
    case .byteArrays(let values):
      buffer.appendArrayHeader(element: PostgresType.bytea, count: values.count)
      for value in values {
        buffer.appendBigEndian(Int32(value.count))
        buffer.append(contentsOf: value)
      }
    case .timestamp(let microseconds): buffer.appendBigEndian(microseconds - PostgresType.epochOffset)
    case .json(let value):
      buffer.append(PostgresType.jsonbVersion)
      buffer.append(contentsOf: value)
    }
    return true
  }
}

/// Numbers of types in `pg_type`, which never change, and constants of their binary formats.
enum PostgresType {
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let name: UInt32 = 19
  static let int8: UInt32 = 20
  static let int2: UInt32 = 21
  static let int4: UInt32 = 23
  static let text: UInt32 = 25
  static let float4: UInt32 = 700
  static let float8: UInt32 = 701
  static let byteaArray: UInt32 = 1001
  static let textArray: UInt32 = 1009
  static let int8Array: UInt32 = 1016
  static let float4Array: UInt32 = 1021
  static let varchar: UInt32 = 1043
  static let timestamptz: UInt32 = 1184
  static let jsonb: UInt32 = 3802
  /// Microseconds from 1970 to 2000, where PostgreSQL's time begins.
  static let epochOffset: Int64 = 946_684_800_000_000
  /// First byte of a binary `jsonb`.
  static let jsonbVersion: UInt8 = 1
}

extension [UInt8] {
  mutating func appendBigEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
  /// One dimension from 1, or none for an empty array; no element is NULL.
  mutating func appendArrayHeader(element: UInt32, count: Int) {
    appendBigEndian(Int32(count == 0 ? 0 : 1))
    appendBigEndian(Int32(0))
    appendBigEndian(element)
    guard count > 0 else { return }
    appendBigEndian(Int32(count))
    appendBigEndian(Int32(1))
  }
}
