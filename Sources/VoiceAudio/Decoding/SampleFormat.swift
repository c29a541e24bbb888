internal import CVoiceDSP

/// How one sample lies in headerless audio, little-endian; as libsndfile scales it.
enum SampleFormat: Sendable, Hashable {
  case unsigned8
  case signed16
  case signed24
  case signed32
  case float32
  case float64
  case g711(G711)

  /// Bytes of a sample.
  var width: Int {
    switch self {
    case .unsigned8, .g711: 1
    case .signed16: 2
    case .signed24: 3
    case .signed32, .float32: 4
    case .float64: 8
    }
  }

  /// The first `count` samples, scaled to [-1, 1].
  func samples(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Float] {
    guard self == .signed16, let base = bytes.baseAddress, UInt(bitPattern: base) % 2 == 0 else {
      return (0..<count).map { sample(bytes, $0 * width) }
    }
    precondition(count * width <= bytes.count, "\(count) samples in \(bytes.count) bytes")
    return .init(unsafeUninitializedCapacity: count) { output, initialized in
      guard let target = output.baseAddress else { return }
      SignalKernels.best.table.pointee.from_int16(base.assumingMemoryBound(to: Int16.self), count, target)
      initialized = count
    }
  }

  /// The sample at an offset, scaled to [-1, 1].
  func sample(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float {
    func load<Value: FixedWidthInteger>(_: Value.Type) -> Value {
      Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
    switch self {
    case .unsigned8: return (Float(bytes[offset]) - 128) / 128
    case .signed16: return Float(load(Int16.self)) / 32768
    case .signed24:
      let low = UInt32(bytes[offset]) << 8 | UInt32(bytes[offset + 1]) << 16 | UInt32(bytes[offset + 2]) << 24
      return Float(Int32(bitPattern: low) >> 8) / 8_388_608
    case .signed32: return Float(load(Int32.self)) / 2_147_483_648
    case .float32: return Float(bitPattern: load(UInt32.self))
    case .float64: return Float(Double(bitPattern: load(UInt64.self)))
    case .g711(let law): return Float(law.decode(bytes[offset])) / 32768
    }
  }
}
