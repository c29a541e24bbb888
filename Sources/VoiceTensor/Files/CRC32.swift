/// A reflected 32-bit cyclic checksum, as file formats have it.
package struct CRC32: Sendable {
  /// That of ZIP and PNG (ISO 3309).
  package static let standard = CRC32(polynomial: 0xEDB8_8320)
  /// Castagnoli's, that of TensorFlow's records (RFC 3720).
  package static let castagnoli = CRC32(polynomial: 0x82F6_3B78)

  private let table: [UInt32]

  private init(polynomial: UInt32) {
    table = (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
    }
  }

  /// The checksum of bytes.
  package func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.withUnsafeBufferPointer { bytes in
      table.withUnsafeBufferPointer { table in
        bytes.reduce(~UInt32(0)) { table[Int(truncatingIfNeeded: ($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
      }
    }
  }
}
