/// The number type of a stored array; every one is read as float32.
package enum StoredElement: Sendable, Hashable, CaseIterable {
  case float64, float32, float16, bfloat16, int64, int32, int16

  /// Bytes of a value.
  package var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    }
  }

  /// `count` values, little-endian from byte `offset` on, rounded to float32; the range must lie inside `bytes`.
  package func floats(in bytes: [UInt8], at offset: Int, count: Int) -> [Float] {
    precondition(offset >= 0 && count >= 0 && offset + count * size <= bytes.count, "values beyond the bytes")
    return bytes.withUnsafeBytes { all in
      let raw = UnsafeRawBufferPointer(rebasing: all[offset..<offset + count * size])
      return [Float](unsafeUninitializedCapacity: count) { values, written in
        read(raw, into: values)
        written = count
      }
    }
  }

  private func read(_ raw: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
    let count = raw.count / size
    func each<Word: FixedWidthInteger>(_ type: Word.Type, _ convert: (Word) -> Float) {
      for index in 0..<count {
        let word = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
        values.initializeElement(at: index, to: convert(Word(littleEndian: word)))
      }
    }
    switch self {
    case .float32: each(UInt32.self) { Float(bitPattern: $0) }
    case .float64: each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: each(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64: each(Int64.self) { Float($0) }
    case .int32: each(Int32.self) { Float($0) }
    case .int16: each(Int16.self) { Float($0) }
    }
  }
}
