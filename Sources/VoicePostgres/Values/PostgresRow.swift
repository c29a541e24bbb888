/// One row of a result. Every reader throws `PostgresError` (`decoding`) for another type and for NULL.
package struct PostgresRow: Sendable {
  let result: PostgresResult
  let row: Int

  /// Whether the column is NULL.
  package func isNull(_ column: Int) -> Bool { result.bytes(row: row, column: column) == nil }

  /// `text` and its kin.
  package func text(_ column: Int) throws(PostgresError) -> String {
    let bytes = try bytes(column, [PostgresType.text, PostgresType.varchar, PostgresType.name])
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `text`, or nil for NULL.
  package func optionalText(_ column: Int) throws(PostgresError) -> String? {
    isNull(column) ? nil : try text(column)
  }

  /// An integer of any width.
  package func int(_ column: Int) throws(PostgresError) -> Int64 {
    let bytes = try bytes(column, [PostgresType.int8, PostgresType.int4, PostgresType.int2])
    switch bytes.count {
    case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
    default: throw malformed(column)
    }
  }

  /// An integer, or nil for NULL.
  package func optionalInt(_ column: Int) throws(PostgresError) -> Int64? { isNull(column) ? nil : try int(column) }

  /// `float8`.
  package func double(_ column: Int) throws(PostgresError) -> Double {
    let bytes = try bytes(column, [PostgresType.float8])
    guard bytes.count == 8 else { throw malformed(column) }
    return Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
  }

  /// `bool`.
  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    try bytes(column, [PostgresType.bool]).first == 1
  }

  /// `bytea`.
  package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    Array(try bytes(column, [PostgresType.bytea]))
  }

  /// `bytea` where it lies, valid inside `body` alone.
  package func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withExtendedLifetime(result) { try body(try bytes(column, [PostgresType.bytea])) }
  }

  /// `bytea` that holds little-endian float32.
  package func floatBytes(_ column: Int) throws(PostgresError) -> [Float] {
    let bytes = try bytes(column, [PostgresType.bytea])
    guard bytes.count % 4 == 0 else { throw malformed(column) }
    return [Float](unsafeUninitializedCapacity: bytes.count / 4) { values, count in
      for index in 0..<bytes.count / 4 {
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        values.initializeElement(at: index, to: Float(bitPattern: bits))
      }
      count = bytes.count / 4
    }
  }

  /// `timestamptz`, in microseconds since 1970-01-01T00:00:00Z.
  package func timestamp(_ column: Int) throws(PostgresError) -> Int64 {
    let bytes = try bytes(column, [PostgresType.timestamptz])
    guard bytes.count == 8 else { throw malformed(column) }
    return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)) + PostgresType.epochOffset
  }

  /// `jsonb`, as JSON text in UTF-8.
  package func json(_ column: Int) throws(PostgresError) -> [UInt8] {
    let bytes = try bytes(column, [PostgresType.jsonb])
    guard bytes.first == PostgresType.jsonbVersion else { throw malformed(column) }
    return Array(bytes.dropFirst())
  }

  /// `float4[]`.
  package func floats(_ column: Int) throws(PostgresError) -> [Float] {
    try elements(column, type: PostgresType.float4Array).map { bytes throws(PostgresError) in
      guard bytes.count == 4 else { throw malformed(column) }
      return Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    }
  }

  /// `text[]`.
  package func texts(_ column: Int) throws(PostgresError) -> [String] {
    try elements(column, type: PostgresType.textArray).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension PostgresRow {
  /// The elements of an array of one dimension without NULL.
  private func elements(_ column: Int, type: UInt32) throws(PostgresError) -> [UnsafeRawBufferPointer] {
    let bytes = try bytes(column, [type])
    func word(_ offset: Int) throws(PostgresError) -> Int {
      guard offset + 4 <= bytes.count else { throw malformed(column) }
      return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    }
    let dimensions = try word(0)
    if dimensions == 0 { return [] }
    guard dimensions == 1 else { throw malformed(column) }
    var elements: [UnsafeRawBufferPointer] = []
    var offset = 20
    for _ in 0..<(try word(12)) {
      let length = try word(offset)
      guard length >= 0, offset + 4 + length <= bytes.count else { throw malformed(column) }
      elements.append(UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)]))
      offset += 4 + length
    }
    return elements
  }

  private func bytes(_ column: Int, _ types: [UInt32]) throws(PostgresError) -> UnsafeRawBufferPointer {
    guard types.contains(result.type(column: column)) else {
      throw PostgresError(.decoding, "column '\(result.name(column: column))' has type \(result.type(column: column))")
    }
    guard let bytes = result.bytes(row: row, column: column) else {
      throw PostgresError(.decoding, "column '\(result.name(column: column))' is NULL")
    }
    return bytes
  }

  private func malformed(_ column: Int) -> PostgresError {
    PostgresError(.decoding, "column '\(result.name(column: column))' is malformed")
  }
}
